package publish

// WithFaults gives the options with a function that every operation goes through.
func (o Options) WithFaults(faults func(operation, name string, do func() error) error) Options {
	o.faults = faults
	return o
}
