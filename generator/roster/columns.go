package roster

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// Role is what a column is read for.
type Role int

// The roles. Number is needed; the rest may be missing. Given and Family are a name in two columns.
const (
	Number Role = iota
	Name
	Given
	Family
	On // a day of service, YYYY-MM-DD
	numRoles
)

var roleNames = [numRoles]string{"number", "name", "given", "family", "on"}

// String is the name of the role on the command line.
func (r Role) String() string { return roleNames[r] }

// ParseRole reads the name of a role.
func ParseRole(name string) (Role, error) {
	if i := slices.Index(roleNames[:], name); i >= 0 {
		return Role(i), nil
	}
	return 0, fmt.Errorf("%q is no column that is read: they are %s", name, strings.Join(roleNames[:], ", "))
}

// headings are what people call the columns, in English and Spanish, as headingKey makes them. Where
// several columns of a roster have such names, the one that stands first here counts.
var headings = [numRoles][]string{
	Number: {
		"certificationnumber", "certificationno", "certificationid", "certificatenumber", "certificateno", "certnumber", "certno", "certid",
		"cmpssnumber", "cmpssno", "cmpssid", "mpssnumber", "mpssno", "mpssid", "cmpss", "mpss",
		"numerodecertificacion", "nodecertificacion", "ndecertificacion", "numerodecertificado", "nodecertificado", "ndecertificado", "numerocmpss", "numerompss",
		"registrynumber", "credentialnumber", "licensenumber", "licenseno", "numerodelicencia",
		"certification", "certificate", "cert", "certificacion", "certificado", "credential", "license", "licencia", "number", "numero", "no",
	},
	Name: {
		"fulllegalname", "legalname", "fullname", "nombrelegalcompleto", "nombrelegal", "nombrecompleto", "nombreyapellidos", "nombreyapellido",
		"employeename", "staffname", "specialistname", "name", "employee", "staff", "specialist", "empleado", "nombre",
	},
	Given:  {"firstname", "givenname", "givennames", "first", "given", "nombres", "primernombre", "nombre"},
	Family: {"lastname", "surname", "familyname", "last", "family", "apellidos", "apellido"},
	On:     {"on", "dateofservice", "servicedate", "dos", "asof", "asofdate", "fechadeservicio", "fechadelservicio", "eldia"},
}

// headingKey is a heading without case, accents, spaces and marks.
func headingKey(heading string) string { return strings.Join(legalname.Words(heading), "") }

// none is the place of a column that a roster does not have.
const none = -1

// Columns are the places of the columns, by role, from 0; -1 where there is none.
type Columns [numRoles]int

// namedColumns finds the columns by their names in the first row. It is false where none of them is
// known to have the numbers.
func namedColumns(cells []string) (Columns, bool) {
	keys := make([]string, len(cells))
	for i, cell := range cells {
		keys[i] = headingKey(cell)
	}
	var columns Columns
	for role := range numRoles {
		columns[role] = none
		for _, heading := range headings[role] {
			if i := slices.Index(keys, heading); i >= 0 {
				columns[role] = i
				break
			}
		}
	}
	columns.joinNames()
	return columns, columns[Number] != none
}

// joinNames settles which of the columns with names count: the two halves only together and only where no
// other has the whole.
func (c *Columns) joinNames() {
	switch {
	case c[Given] == none || c[Family] == none:
		if c[Name] == none {
			c[Name] = max(c[Given], c[Family])
		}
		c[Given], c[Family] = none, none
	case c[Name] == none || c[Name] == c[Given]:
		c[Name] = none
	default:
		c[Given], c[Family] = none, none
	}
}

// guessedColumns finds the columns of a roster without headings by what stands in the first row.
func guessedColumns(cells []string) Columns {
	columns := Columns{none, none, none, none, none}
	take := func(role Role, i int) {
		if columns[role] == none {
			columns[role] = i
		}
	}
	for i, cell := range cells {
		if _, err := certification.ParseDate(cell); err == nil { // first, for its digits are a number too
			take(On, i)
		} else if _, err := certification.ParseNumber(cell); err == nil {
			take(Number, i)
		} else if strings.IndexFunc(cell, unicode.IsLetter) >= 0 {
			take(Name, i)
		}
	}
	return columns
}

// choose finds the columns, and whether the first row names them. What the caller asked for, by heading or by
// place from 1, counts over what is found.
func choose(first []string, asked map[Role]string) (columns Columns, header bool, err error) {
	if columns, header = namedColumns(first); !header {
		columns = guessedColumns(first)
	}
	for role := range numRoles {
		want, ok := asked[role]
		if !ok {
			continue
		}
		i := slices.IndexFunc(first, func(cell string) bool { return headingKey(cell) == headingKey(want) && headingKey(want) != "" })
		if i >= 0 {
			header = true
		} else if n, numErr := strconv.Atoi(want); numErr == nil && n >= 1 && n <= MaxLines {
			i = n - 1
		} else {
			return columns, header, fmt.Errorf("the roster has no column %q: its first line has %s", want, listed(first))
		}
		columns[role] = i
	}
	if _, given := asked[Given]; given && asked[Name] == "" {
		columns[Name] = none
	}
	columns.joinNames()
	if columns[Number] == none {
		return columns, header, fmt.Errorf("no column of the roster is known to have certification numbers: its first line has %s. "+
			"Call the column \"Certification number\", or say which one it is", listed(first))
	}
	return columns, header, nil
}

// listed names the first few cells of a row for a message.
func listed(cells []string) string {
	const most, longest = 8, 40
	var list []string
	for i, cell := range cells {
		if i == most {
			list = append(list, "…")
			break
		}
		if r := []rune(cell); len(r) > longest {
			cell = string(r[:longest]) + "…"
		}
		list = append(list, strconv.Quote(cell))
	}
	return strings.Join(list, ", ")
}
