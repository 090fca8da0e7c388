package advertisement

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cmpss/registry/generator/certification"
)

var now = time.Date(2026, time.November, 22, 20, 0, 0, 0, time.UTC)

// statement is one of number MPSS123456, valid unless the term says otherwise.
func statement(t testing.TB, name, from, to string, areas ...string) *certification.Statement {
	t.Helper()
	d := certification.Draft{Number: "MPSS123456", LegalName: name, Terms: []certification.DraftTerm{{From: from, To: to}}, Specializations: areas}
	r, err := d.Record()
	if err != nil {
		t.Fatal(err)
	}
	s, _ := certification.StatementAt(r, now, now)
	return &s
}

func valid(t testing.TB, name string, areas ...string) *certification.Statement {
	t.Helper()
	return statement(t, name, "2026-01-01", "2027-12-31", areas...)
}

// found writes the findings about a rule as "reason@line".
func found(findings []Finding, rule Rule) string {
	var list []string
	for _, f := range findings {
		if f.Reason.Rule() == rule {
			line := fmt.Sprintf("%s@%d", f.Reason, f.Line)
			if f.HasArea {
				line += ":" + f.Area.String()
			}
			list = append(list, line)
		}
	}
	return strings.Join(list, " ")
}

type ruleCase struct{ text, want string }

func checkRule(t *testing.T, rule Rule, s *certification.Statement, cases []ruleCase) {
	t.Helper()
	for _, c := range cases {
		if got := found(Check(c.text, s, true), rule); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	for legal, cases := range map[string][]ruleCase{
		"Jane Marie Doe": {
			{"Jane Marie Doe\nCMPSS", "name-found@1"},
			{"JANE MARIE DOE", "name-found@1"},
			{"jane marie doe, cmpss", "name-found@1"},
			{"Doe, Jane Marie", "name-found@1"},
			{"Contact:\n  Jane  Marie\tDoe  ", "name-found@2"},
			{"Jane Marie\nDoe", "name-found@1"},
			{"Ms. Jane Marie Doe, M.A., CMPSS", "name-found@1"},
			{"I am Jane Marie Doe and I help", "name-found@1"},
			{"<b>Jane Marie Doe</b>", "name-found@1"},
			{"Jáne Márie Dôe", "name-found@1"},
			{"Ｊａｎｅ Ｍａｒｉｅ Ｄｏｅ", "name-found@1"},
			{"Jane-Marie Doe", "name-found@1"},
			{"JaneMarie Doe", "name-found@1"},
			{"Jane Doe", "name-differs@1"},
			{"CMPSS\nJane M. Doe", "name-differs@2"},
			{"Jane Mary Doe", "name-differs@1"},
			{"Jane Marei Doe", "name-differs@1"},
			{"Jane Marie Do", "name-differs@1"},
			{"Jane Marie", "name-differs@1"},
			{"Jane Marie Ann Doe", "name-differs@1"},
			{"Jane", "name-missing@0"},
			{"John Smith", "name-missing@0"},
			{"", "name-missing@0"},
			{"CMPSS #MPSS123456", "name-missing@0"},
		},
		"María García-López": {
			{"María García-López", "name-found@1"},
			{"Maria Garcia Lopez", "name-found@1"},
			{"MARIA GARCIALOPEZ", "name-found@1"},
			{"Garcia-Lopez, Maria", "name-found@1"},
			{"María García", "name-differs@1"},
			{"Mario García-López", "name-differs@1"},
			{"M. García López", "name-differs@1"},
			{"María Lopez Garcia", "name-found@1"},
			{"María Pérez", "name-missing@0"},
		},
		"Siobhán O’Connor": {
			{"Siobhan O'Connor", "name-found@1"},
			{"Siobhan OConnor", "name-found@1"},
			{"Siobhan O Connor", "name-found@1"},
			{"Siobhan O`Connor", "name-found@1"},
			{"Siobhan Connor", "name-differs@1"},
			{"Shivaun O'Connor", "name-missing@0"},
		},
		"李小龙":           {{"李小龙 CMPSS", "name-found@1"}, {"同伴支持李小龙女士", "name-found@1"}, {"李 小 龙", "name-found@1"}, {"李大龙", "name-missing@0"}},
		"محمد عبد الله": {{"محمد عبد الله", "name-found@1"}, {"CMPSS\nمُحَمَّد عَبْد اللّٰه", "name-found@2"}, {"محمد", "name-missing@0"}},
		"Teller":        {{"Teller, CMPSS", "name-found@1"}, {"Tellr", "name-differs@1"}, {"Penn", "name-missing@0"}},
		"Đặng Thị Ánh":  {{"Dang Thi Anh", "name-found@1"}, {"Anh Dang Thi", "name-found@1"}, {"Dang Anh", "name-differs@1"}},
	} {
		checkRule(t, Name, valid(t, legal), cases)
	}
}

func TestTitles(t *testing.T) {
	checkRule(t, Title, valid(t, "Jane Doe"), []ruleCase{
		{"Certified Medi-Cal Peer Support Specialist", "title-found@1"},
		{"CERTIFIED MEDI-CAL PEER SUPPORT SPECIALIST", "title-found@1"},
		{"certified medi‑cal peer support specialist", "title-found@1"},
		{"Certified Medi–Cal Peer Support Specialist", "title-found@1"},
		{"Certified Medi Cal Peer Support Specialist", "title-found@1"},
		{"Jane Doe, Certified Medi-Cal Peer Support Specialist (CMPSS)", "title-found@1"},
		{"Certified Medi-Cal\nPeer Support Specialist", "title-found@1"},
		{"Certified  Medi-Cal\tPeer Support Specialist, #MPSS123456", "title-found@1"},
		{"CMPSS", "initials-found@1"},
		{"Jane Doe\ncmpss", "initials-found@2"},
		{"(CMPSS)", "initials-found@1"},
		{"CMPSS, #MPSS123456", "initials-found@1"},
		{"CMPSS#123456", "initials-found@1"},
		{"ＣＭＰＳＳ", "initials-found@1"},
		{"Jane Doe, BA, CMPSS, CADC", "initials-found@1"},
		{"As a peer support specialist I listen. CMPSS", "initials-found@1"},
		{"Peer support specialist\nCMPSS", "initials-found@2"},
		{"Peer support\nCertified Medi-Cal Peer Support Specialist", "title-found@2"},
		{"Sacramento, California\nPeer Support Specialist\nCMPSS", "initials-found@3"},
		{"CPSS (Oregon), CMPSS", "initials-found@1"},
		{"", "title-missing@0"},
		{"Jane Doe", "title-missing@0"},
		{"Jane Doe, MPSS123456", "title-missing@0"},
		{"Jane Doe, #MPSS-123456", "title-missing@0"},
		{"Jane Doe, MPSS No. 123456", "title-missing@0"},
		{"Peer Support", "title-wrong@1"},
		{"Peer Support Specialist", "title-wrong@1"},
		{"Certified Peer Support Specialist", "title-wrong@1"},
		{"Certified Peer Specialist", "title-wrong@1"},
		{"Certified Medical Peer Support Specialist", "title-wrong@1"},
		{"Certified MediCal Peer Support Specialist", "title-wrong@1"},
		{"Certified Medicaid Peer Support Specialist", "title-wrong@1"},
		{"Certified Medi-Cal Peer Specialist", "title-wrong@1"},
		{"Certified Medi-Cal Peer Support Worker", "title-wrong@1"},
		{"Certified Medi-Cal Peer Support Specialists", "title-wrong@1"},
		{"Certified Medi-Cal Peer Support Specalist", "title-wrong@1"},
		{"Certifed Medi-Cal Peer Support Specialist", "title-wrong@1"},
		{"Certified Medi-Cal Peer Suport Specialist", "title-wrong@1"},
		{"Medi-Cal Peer Support Specialist", "title-wrong@1"},
		{"Medi-Cal Certified Peer Support Specialist", "title-wrong@1"},
		{"Certified Medi-Cal Support Peer Specialist", "title-wrong@1"},
		{"Registered Peer Support Specialist", "title-wrong@1"},
		{"Certified Peer Counselor\nCMPSS", "title-wrong@1 initials-found@2"},
		{"CMPSS\nCertified Medical Peer Support Specialist", "initials-found@1 title-wrong@2"},
		{"Licensed Peer Support Specialist", "title-licensed@1"},
		{"Licensed Certified Medi-Cal Peer Support Specialist", "title-found@1 title-licensed@1"},
		{"Licensed Medi-Cal Peer Support Specialist\nCMPSS", "title-licensed@1 initials-found@2"},
		{"Licensed driver\nCMPSS", "initials-found@2"},
		{"CMPS", "initials-wrong@1"},
		{"CMPSSS", "initials-wrong@1"},
		{"CPMSS", "initials-wrong@1"},
		{"MCPSS", "initials-wrong@1"},
		{"CMSPS", "initials-wrong@1"},
		{"CMSS", "initials-wrong@1"},
		{"CNPSS", "initials-wrong@1"},
		{"C.M.P.S.S.", "initials-wrong@1"},
		{"C. M. P. S. S.", "initials-wrong@1"},
		{"CPSS", "initials-wrong@1"},
		{"MPSS", "initials-wrong@1"},
		{"Jane Doe, MPSS", "initials-wrong@1"},
		{"CMPSS\nCMPS", "initials-found@1 initials-wrong@2"},
		{"Especialista en Apoyo entre Pares", "title-missing@0"},
		{"PSS", "title-missing@0"},
	})
}

// TestNumbersInEveryForm writes the number in every way with every head, separator and digits.
func TestNumbersInEveryForm(t *testing.T) {
	s := valid(t, "Jane Doe")
	heads := []string{
		"MPSS%s", "#MPSS%s", "mpss%s", "# MPSS %s", "#MPSS-%s", "MPSS-%s", "MPSS %s", "MPSS #%s", "MPSS: %s", "MPSS No. %s", "MPSS Number %s", "MPSS no %s",
		"#%s", "# %s", "Certification number: %s", "Certification # %s", "Certificate No. %s", "Cert. no. %s", "Cert #%s", "Número de certificación: %s",
		"Certification number MPSS%s", "CMPSS, #MPSS%s", "CMPSS #%s", "CMPSS %s", "CMPSS (%s)", "(#MPSS%s)", "Registry ID %s", "ＭＰＳＳ%s", "M\u200bPSS%s",
	}
	digits := []string{"123456", "123 456", "123-456", "12 34 56", "１２３４５６", "१२३४५६", "١٢٣٤٥٦", "123–456", "123 456", "123‑456"}
	for _, head := range heads {
		for _, d := range digits {
			if strings.Contains(head, "CMPSS %s") || strings.Contains(head, "CMPSS (%s)") {
				d = "123456" // without a mark of a number, groups are anything
			}
			for _, tail := range []string{"", ".", ", Sacramento", " 95815", " (279) 234-0699", "\n555-0100"} {
				text := "Jane Doe\n" + fmt.Sprintf(head, d) + tail
				if got := found(Check(text, s, true), Number); got != "number-found@2" {
					t.Errorf("%q: %s", text, got)
				}
				if strings.HasPrefix(head, "CMPSS") && !strings.Contains(head, "#") {
					continue
				}
				if n, ok := FindNumber(text); !ok || n != s.Number {
					t.Errorf("%q: the number found is %q", text, n)
				}
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	checkRule(t, Number, valid(t, "Jane Doe"), []ruleCase{
		{"", "number-missing@0"},
		{"CMPSS", "number-missing@0"},
		{"123456", "number-found@1"},
		{"123-456", "number-found@1"},
		{"1123456", "number-missing@0"},
		{"(279) 234-0699", "number-missing@0"},
		{"1610 Arden Way, Suite #175, Sacramento, CA 95815-1234", "number-missing@0"},
		{"2026-11-22", "number-missing@0"},
		{"#MPSS654321", "number-other@1"},
		{"#654321", "number-other@1"},
		{"CMPSS 654321", "number-other@1"},
		{"Certification number 123457", "number-other@1"},
		{"#MPSS123456\n#MPSS654321", "number-found@1 number-other@2"},
		{"#MPSS654321\n#MPSS123456", "number-other@1 number-found@2"},
		{"#MPSS654321 #MPSS654322", "number-other@1"},
		{"#MPSS123456 #MPSS123456", "number-found@1"},
		{"#MPSS12345", "number-malformed@1"},
		{"#MPSS1234567890", "number-malformed@1"},
		{"MPSS 12", "number-malformed@1"},
		{"#MPSS1234567", "number-other@1"},
		{"Certification no. 1234", "number-malformed@1"},
		{"#MPSS12345\n123456", "number-malformed@1 number-found@2"},
		{"MPSS123456x", "number-found@1"},
		{"XMPSS123456", "number-missing@0"},
		{"MPSS", "number-missing@0"},
		{"#MPSS", "number-missing@0"},
		{"https://registry.example.org/verify/MPSS123456.html", "number-found@1"},
	})
}

func TestStatuses(t *testing.T) {
	checkRule(t, Status, valid(t, "Jane Doe"), []ruleCase{
		{"Jane Doe, CMPSS", "status-valid@0"},
		{"Active CMPSS", "status-valid@0"},
	})
	for _, to := range []string{"2026-11-21", "2025-01-01", "2021-01-01"} {
		checkRule(t, Status, statement(t, "Jane Doe", "2019-01-01", to), []ruleCase{
			{"Jane Doe, CMPSS", "status-not-valid@0"},
			{"Jane Doe\nActive CMPSS", "status-not-valid@0 status-claimed@2"},
			{"Certification valid through 2027", "status-not-valid@0 status-claimed@1"},
			{"Currently certified", "status-not-valid@0 status-claimed@1"},
			{"In good standing", "status-not-valid@0 status-claimed@1"},
			{"Certificación vigente", "status-not-valid@0 status-claimed@1"},
			{"My certification is not active", "status-not-valid@0"},
			{"It is inactive and no longer in use", "status-not-valid@0"},
		})
	}
}

func TestAreas(t *testing.T) {
	held := valid(t, "Jane Doe", "crisis-care", "parent-caregiver-family")
	const crisis, family = "specialization-found@%d:crisis-care", "specialization-found@%d:parent-caregiver-family"
	at := func(format string, line int) string { return fmt.Sprintf(format, line) }
	checkRule(t, Area, held, []ruleCase{
		{"", "specialization-none@0"},
		{"Jane Doe, CMPSS", "specialization-none@0"},
		{"Peer Services in Crisis Care", at(crisis, 1)},
		{"PEER SERVICES IN CRISIS CARE", at(crisis, 1)},
		{"Area of Specialization: Peer Services in Crisis Care", at(crisis, 1)},
		{"Areas of Specialization:\nParent, Caregiver, Family Member Peer\nPeer Services in Crisis Care", at(family, 2) + " " + at(crisis, 3)},
		{"Areas of Specialization\n• Parent Caregiver Family Member Peer\n• Peer Services\n  in Crisis Care", at(family, 2) + " " + at(crisis, 3)},
		{"Áreas de especialización:\nPeer Services in Crisis Care", at(crisis, 2)},
		{"Specialization: Crisis Care", "specialization-incomplete@1:crisis-care"},
		{"Specialization: crisis", "specialization-incomplete@1:crisis-care"},
		{"Peer Services for Crisis", "specialization-incomplete@1:crisis-care"},
		{"Specializing in crisis work", "specialization-incomplete@1:crisis-care"},
		{"Specialized training: Parents", "specialization-incomplete@1:parent-caregiver-family"},
		{"Areas of specialization:\nFamily Member\nPeer Services in Crisis Care", "specialization-incomplete@2:parent-caregiver-family " + at(crisis, 3)},
		{"Peer Services for Unhoused", "specialization-not-held@1:unhoused"},
		{"Peer Services for Justice Involved", "specialization-not-held@1:justice-involved"},
		{"Specialization: homeless outreach", "specialization-not-held@1:unhoused"},
		{"Specializing in forensic peer support", "specialization-not-held@1:justice-involved"},
		{"Area of Specialization: Veterans", "specialization-unknown@1"},
		{"Areas of Specialization:\nVeterans\nPeer Services in Crisis Care", "specialization-unknown@2 " + at(crisis, 3)},
		{"Areas of Specialization:\nPeer Services in Crisis Care\nJane's Wellness Center", at(crisis, 2)},
		{"Areas of Specialization:\nPeer Services in Crisis Care\n\nCall me today", at(crisis, 2)},
		{"Areas of Specialization:\n\nPeer Services in Crisis Care", at(crisis, 3)},
		{"Areas of Specialization:\nPeer Services in Crisis Care\njane@example.org\n555-0100", at(crisis, 2)},
		{"Crisis line: call 988", "specialization-none@0"},
		{"I am a parent of two", "specialization-none@0"},
		{"Justice for all", "specialization-none@0"},
	})
	if got := found(Check("Peer Services for Unhoused", held, false), Area); got != "specialization-unpublished@0" {
		t.Errorf("areas that are not published: %s", got)
	}
}

// The examples of §213.6, and texts as people write them.
func TestWholeAdvertisements(t *testing.T) {
	jane := valid(t, "Jane Doe", "justice-involved", "parent-caregiver-family")
	for _, right := range []string{
		"Jane Doe\nCMPSS, #MPSS123456",
		"Jane Doe\nCertified Medi-Cal Peer Support Specialist, #MPSS123456\nArea of Specialization, Peer Services for Justice Involved",
		"Jane Doe\nCertified Medi-Cal Peer Support Specialist, #MPSS123456\nAreas of Specialization:\nParent, Caregiver, Family Member Peer\nPeer Services for Justice Involved",
		"-- \r\nJane Doe (she/her), CMPSS\r\nCertified Medi-Cal Peer Support Specialist #MPSS-123456\r\nHope Center | 1610 Arden Way, Suite 175, Sacramento, CA 95815\r\n(279) 234-0699 | jane@example.org\r\n",
		"<h1>Jane Doe</h1>\n<p>CMPSS, #MPSS123456</p>",
	} {
		if findings := Check(right, jane, true); !Right(findings) {
			t.Errorf("%q: %+v", right, findings)
		}
	}
	wrong := Check("J. Doe, Certified Peer Support Specialist\nCert # 12345\nSpecialization: Unhoused", jane, true)
	var got []string
	for _, f := range wrong {
		got = append(got, f.Reason.String())
	}
	if want := "name-differs title-wrong number-malformed status-valid specialization-not-held"; strings.Join(got, " ") != want {
		t.Errorf("found %v, want %s", got, want)
	}
	if Check("x", &certification.Statement{Status: certification.Unavailable}, true) != nil {
		t.Error("findings about a record that is unavailable")
	}
	if Correct(statement(t, "Jane Doe", "2019-01-01", "2021-01-01")) != nil {
		t.Error("a text for a certification that is not valid")
	}
}

// What Correct writes breaks no rule, also inside of other text; without a line of it something is missing.
func TestCorrectIsRight(t *testing.T) {
	all := []string{"parent-caregiver-family", "crisis-care", "unhoused", "justice-involved"}
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.OneOf(
			rapid.StringMatching(`[A-Z][a-z]{2,9} [A-Z][a-z]{2,9}(-[A-Z][a-z]{2,9})?`),
			rapid.SampledFrom([]string{"José Luis García-Hernández", "Nguyễn Thị Minh Khai", "محمد بن عبد الله", "陳大文", "Siobhán O’Connor", "Peer Support", "Active Valid"}),
		).Draw(rt, "name")
		areas := all[:rapid.IntRange(0, 4).Draw(rt, "areas")]
		s := valid(t, name, areas...)
		for i, text := range Correct(s) {
			around := rapid.SampledFrom([]string{"%s", "Hello!\n\n%s\n(279) 234-0699", "> %s", "%s\n1610 Arden Way, Suite #175\nSacramento, CA 95815"}).Draw(rt, "around")
			text = fmt.Sprintf(around, strings.ReplaceAll(text, "\n", rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(rt, "end")))
			findings := Check(text, s, true)
			if !Right(findings) {
				rt.Fatalf("%q: %+v", text, findings)
			}
			if n, ok := FindNumber(text); !ok || n != s.Number {
				rt.Fatalf("%q: number %s", text, n)
			}
			if kept := strings.Count(found(findings, Area), "found"); i == 1 && kept != len(areas) {
				rt.Fatalf("%q: %d of %d areas found", text, kept, len(areas))
			}
			lapsed := statement(t, name, "2020-01-01", "2025-12-31", areas...)
			if Right(Check(text, lapsed, true)) {
				rt.Fatalf("%q is right for a certification that lapsed", text)
			}
		}
	})
}

// FuzzCheck holds Check to its promises for any text.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		"Jane Doe\nCMPSS, #MPSS123456", "", "\xff\xfe", "#MPSS 1 2 3 4 5 6", strings.Repeat("peer support ", 500), strings.Repeat("jane ", 5000),
		"Areas of Specialization:\n\u2028\rVeterans", "李小龙\u200bMPSS１２３４５６", strings.Repeat("#", 30000),
	} {
		f.Add(seed, "Jane Doe")
	}
	f.Add("Jane", "李小龙")
	f.Fuzz(func(t *testing.T, text, name string) {
		d := certification.Draft{Number: "MPSS123456", LegalName: name, Terms: []certification.DraftTerm{{From: "2026-01-01", To: "2027-12-31"}}, Specializations: []string{"unhoused"}}
		r, err := d.Record()
		if err != nil {
			return
		}
		s, _ := certification.StatementAt(r, now, now)
		findings := Check(text, &s, true)
		var rules []Rule
		for _, f := range findings {
			rules = append(rules, f.Reason.Rule())
			if (f.Line == 0) != (f.Text == "") && f.Line == 0 || f.Line < 0 || len([]rune(f.Text)) > maxShown+1 {
				t.Fatalf("%+v", f)
			}
		}
		if !slices.IsSorted(rules) || len(slices.Compact(rules)) < int(numRules)-1 {
			t.Fatalf("rules %v", rules)
		}
		FindNumber(text)
	})
}

func BenchmarkCheck(b *testing.B) {
	s := valid(b, "Jane Marie Doe", "unhoused")
	for what, text := range map[string]string{
		"card":   Correct(s)[1],
		"names":  strings.Repeat("jane doe ", MaxText/9),
		"titles": strings.Repeat("certified peer support ", MaxText/23),
		"digits": strings.Repeat("#1 ", MaxText/3),
	} {
		b.Run(what, func(b *testing.B) {
			for b.Loop() {
				Check(text, s, true)
			}
		})
	}
}
