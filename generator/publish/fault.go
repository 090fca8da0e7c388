package publish

// faults stands between publishing and the file system: every operation that changes
// something, or makes it durable, goes through do. Tests make each of them fail, before or
// after it was done, or "kill" the run by failing all that follow. Nil does the operation.
type faults func(operation, name string, do func() error) error

func (f faults) do(operation, name string, do func() error) error {
	if f == nil {
		return do()
	}
	return f(operation, name, do)
}
