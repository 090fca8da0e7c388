package roster

// Vocabulary is what another implementation of this package goes by: the script of the page for
// rosters, which checks a list in the browser so that it never leaves it.
type Vocabulary struct {
	Roles    []string            `json:"roles"`
	Headings map[string][]string `json:"headings"` // by role, as words without spaces
	Reasons  []string            `json:"reasons"`  // gravest first
	Columns  []string            `json:"columns"`  // of the answers
	MaxLines int                 `json:"maxLines"`
	MaxBytes int                 `json:"maxBytes"`
	MaxName  int                 `json:"maxName"`  // bytes in UTF-8
	SoonDays int                 `json:"soonDays"` // before the last day
	Faults   int                 `json:"faults"`   // how many of the reasons are faults
}

// Words gives the vocabulary.
func Words() Vocabulary {
	v := Vocabulary{
		Roles: roleNames[:], Headings: make(map[string][]string), Reasons: reasonNames[:], Columns: csvHeader[:],
		MaxLines: MaxLines, MaxBytes: MaxBytes, MaxName: maxName, SoonDays: SoonDays, Faults: int(Investigated),
	}
	for role, list := range headings {
		v.Headings[roleNames[role]] = list
	}
	return v
}
