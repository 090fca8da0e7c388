package roster

// Reason is why a line needs a person's attention.
type Reason int

// The reasons, gravest first. Those from Investigated on are worth a look and no fault of the line.
const (
	NotValid Reason = iota // now, or on the day that was asked about
	NoSuchNumber
	NameDiffers
	NotAvailable // the registry has no status to give: call
	NotConfirmed // the registry could not be asked, or is out of date
	MalformedNumber
	MalformedDay
	FutureDay
	LongName
	Investigated // an allegation is not a finding
	NameClose
	ExpiresSoon
	Repeated // an earlier line asks the same
	numReasons
)

var reasonNames = [numReasons]string{
	"not-valid", "never-issued", "name-differs", "unavailable", "unconfirmed", "malformed-number", "malformed-day", "future-day", "long-name",
	"under-investigation", "name-close", "expires-soon", "repeated",
}

// String is the name of the reason in CSV and JSON.
func (r Reason) String() string { return reasonNames[r] }

// IsFault reports whether the line cannot be taken as a yes.
func (r Reason) IsFault() bool { return r < Investigated }

// Reasons are all the reasons, gravest first.
func Reasons() []Reason {
	list := make([]Reason, numReasons)
	for i := range list {
		list[i] = Reason(i)
	}
	return list
}

// gravity is that of the first reason; without any it is the least.
func gravity(attention []Reason) int {
	if len(attention) == 0 {
		return int(numReasons)
	}
	return int(attention[0])
}
