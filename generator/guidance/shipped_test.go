package guidance_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/cmpss/registry/generator/guidance"
)

var languages = []string{"en", "es"}

// shippedFiles returns copies of the content and the blocks of the repository, to be changed.
func shippedFiles(t testing.TB) (content, blocks fstest.MapFS) {
	t.Helper()
	return copyFiles(t, "../../content"), copyFiles(t, "../../themes/default/guidance")
}

func copyFiles(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".go") {
			return err
		}
		data, err := os.ReadFile(dir + "/" + name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var loadShipped = sync.OnceValues(func() (*guidance.Library, error) {
	return guidance.Load(os.DirFS("../../content"), os.DirFS("../../themes/default/guidance"), languages)
})

// shipped is the library of the repository, loaded once.
func shipped(t testing.TB) *guidance.Library {
	t.Helper()
	lib, err := loadShipped()
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func TestShippedPages(t *testing.T) {
	lib := shipped(t)
	for _, language := range languages {
		for _, p := range lib.Pages(language) {
			if p.Language != language || p.Revision != "2025-05-15" || p.Title == "" || p.Summary == "" || len(p.Body) < 500 {
				t.Errorf("%s/%s: incomplete: %+v", language, p.Slug, p)
			}
		}
		listed := 0
		for _, g := range lib.Groups(language) {
			listed += len(g.Pages)
		}
		if want := len(lib.Pages("en")); listed != want || len(lib.Pages(language)) != want {
			t.Errorf("%s: %d pages, %d of them in a group; English has %d", language, len(lib.Pages(language)), listed, want)
		}
	}
	if lib.Pages("fr") != nil {
		t.Error("pages of a language that was not loaded")
	}
}

// The figures below were typed from the Guidelines for this test, apart from the facts.

func TestFees(t *testing.T) {
	want := map[string]int{ // §601
		"application": 100, "exam": 150, "exam-retake": 150, "renewal": 80, "reinstatement": 80, "late": 50,
		"supervisor-training": 0, "provider-core": 300, "provider-specialization": 300,
		"provider-continuing-education": 300, "provider-refresher": 300, "provider-renewal": 300, "curriculum-change": 300,
	}
	got := map[string]int{}
	for _, g := range shipped(t).Facts().Fees.Groups {
		for _, f := range g.Fees {
			got[f.ID] = f.Dollars
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fees (-want +got)\n%s", diff)
	}
}

func TestCodeCounts(t *testing.T) {
	want := "A3 B10 C8 D5 E7 F7 G12 H14 I8 J5 K9 L3 M4 N4 O3 P6" // App. B
	var got []string
	for _, v := range shipped(t).Facts().Code.Values {
		got = append(got, fmt.Sprint(v.Letter, len(v.Standards)))
	}
	if s := strings.Join(got, " "); s != want {
		t.Errorf("standards of each value\n got %s\nwant %s", s, want)
	}
}

func TestSanctions(t *testing.T) {
	const six, revoked = "suspend<=6mo", "revoked for ever"
	want := [][3]string{ // App. F: code, minimum, maximum
		{"E4", six + " & core 80h | " + six + " & exam", revoked},
		{"F4", six + " & 6h cultural-sensitivity", revoked},
		{"F5", six + " & 6h ethics-boundaries", revoked},
		{"H2", six + " & 6h ethics-boundaries", revoked},
		{"H7", six + " & 6h law-ethics", revoked},
		{"H10", "revoked 2y & denied before", revoked},
		{"H11", six + " & 6h law-ethics", revoked},
		{"H12", "suspend<=12mo & 20h law-ethics", revoked},
		{"H13", "denied | suspend<=2y & 20h law-ethics & exam before", revoked},
		{"H14", six + " & 6h law-ethics", revoked},
		{"J1/2/3", six + " & 6h law-ethics", revoked},
		{"J4", six + " & 6h law-ethics", revoked},
		{"K1/2", "suspend>=3mo & 10h ethics-boundaries & supervised 4h", revoked},
		{"K3", six + " & 9h ethics-boundaries", revoked},
		{"K4/5", "suspend>=3mo & 6h mandated-reporting", "denied for ever | " + revoked},
		{"K6", "suspend<=90d & 10h offense", revoked},
	}
	words := map[string]string{
		"suspend-up-to-months": "suspend<=%dmo", "suspend-up-to-years": "suspend<=%dy", "suspend-up-to-days": "suspend<=%dd",
		"suspend-at-least-months": "suspend>=%dmo", "training": "%dh ", "core-training": "core %dh", "supervision": "supervised %dh",
		"revoke-years": "revoked %dy", "pass-exam": "exam", "pass-exam-before": "exam before", "deny-new": "denied before",
		"deny-application": "denied", "deny-permanent": "denied for ever", "revoke-permanent": revoked,
	}
	describe := func(options []guidance.Steps) string {
		var alternatives []string
		for _, o := range options {
			var steps []string
			for _, s := range o.Steps {
				w := words[s.Do]
				if strings.Contains(w, "%d") {
					w = fmt.Sprintf(w, s.N)
				}
				steps = append(steps, w+s.Topic)
			}
			alternatives = append(alternatives, strings.Join(steps, " & "))
		}
		return strings.Join(alternatives, " | ")
	}
	facts := shipped(t).Facts()
	var got [][3]string
	for _, row := range facts.Sanctions.Rows {
		got = append(got, [3]string{row.Code, describe(row.Minimum), describe(row.Maximum)})
		// "J1/2/3" names J1, J2 and J3, and each is there to link to.
		var named []string
		for n := range strings.SplitSeq(row.Code[1:], "/") {
			named = append(named, row.Code[:1]+n)
		}
		if !slices.Equal(named, row.Standards) {
			t.Errorf("%s names %v, the row links to %v", row.Code, named, row.Standards)
		}
		for _, id := range row.Standards {
			if _, ok := facts.Code.Standard(id); !ok {
				t.Errorf("%s: no standard %s", row.Code, id)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sanctions (-want +got)\n%s", diff)
	}
}

// A letter that is off by one would link every sanction to the wrong standard, and no other
// check would see it: so the words of each standard that a sanction names are looked at.
func TestSanctionsNameTheRightStandard(t *testing.T) {
	code := shipped(t).Facts().Code
	for id, word := range map[string]string{
		"E4": "within your role", "F4": "gender, race", "F5": "federal, state or local", "H2": "conflict of interest", "H7": "money",
		"H10": "fraud, waste", "H11": "Cooperate with an investigation", "H12": "alcohol", "H13": "get a certification by fraud",
		"H14": "careless", "J1": "dignity, privacy", "J2": "private information", "J3": "colleagues", "J4": "privacy laws",
		"K1": "romantic or sexual", "K2": "relationship before", "K3": "exploit", "K4": "prevent harm", "K5": "serious harm", "K6": "threaten",
	} {
		if text, _ := code.Standard(id); !strings.Contains(text["en"], word) {
			t.Errorf("%s is %q, want something about %q", id, text["en"], word)
		}
	}
}

func TestListsAndLimits(t *testing.T) {
	f := shipped(t).Facts()
	if n := len(f.Competencies.List); n != 17 {
		t.Errorf("%d core competencies, App. A has 17", n)
	}
	areas := map[string]int{}
	for _, s := range f.Specializations.List {
		areas[s.ID] = s.Count()
	}
	if diff := cmp.Diff(map[string]int{"parent-caregiver-family": 5, "crisis-care": 11, "unhoused": 10, "justice-involved": 12}, areas); diff != "" {
		t.Errorf("competencies of each area (-want +got)\n%s", diff)
	}
	for id, n := range map[string]int{"ce-hours": 20, "law-ethics-hours": 6, "training-hours": 80, "exam-attempts": 3, "term-years": 2, "minimum-age": 18, "lapsed-years": 1, "vacated-years": 4} {
		if got, _ := f.Figure(id); got != n {
			t.Errorf("figure %s is %d, want %d", id, got, n)
		}
	}
	windows := map[string][2]int{}
	for _, s := range f.Statuses.List {
		windows[s.ID] = [2]int{s.FromYears, s.UntilYears}
		if s.Valid != (s.ID == "active") {
			t.Errorf("%s: valid is %v; only an active certification is (§102.30)", s.ID, s.Valid)
		}
	}
	if diff := cmp.Diff(map[string][2]int{"active": {}, "lapsed": {0, 1}, "expired": {1, 4}, "vacated": {4, 0}, "suspended": {}, "revoked": {}, "under-investigation": {}}, windows); diff != "" {
		t.Errorf("windows in years after expiration (-want +got)\n%s", diff)
	}
	c, _ := f.Contacts.Contact("certification")
	if c.Email != "PeerCertification@calmhsa.org" || c.Phone != "(279) 234-0699" || c.Tel() != "tel:+12792340699" {
		t.Errorf("contact %+v", c)
	}
	if c, _ := f.Contacts.Contact("appeals"); c.Email != "appeals@calmhsa.org" || c.Tel() != "" {
		t.Errorf("contact %+v", c)
	}
}

// The cost of becoming current again is added up from the fees (§209, §601).
func TestCostsOnTheStatusPage(t *testing.T) {
	for _, p := range shipped(t).Pages("en") {
		if p.Slug == "status-and-renewal" {
			got := regexp.MustCompile(`To CalMHSA: \$\d+`).FindAllString(string(p.Body), -1)
			want := []string{"To CalMHSA: $130", "To CalMHSA: $280", "To CalMHSA: $130", "To CalMHSA: $250"}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	}
}

var (
	factLine = regexp.MustCompile(`\{\{[^}]*\}\}`)
	pageLink = regexp.MustCompile(`\]\(\s*(/[a-z./-]+)`)
	section  = regexp.MustCompile(`§\d+|Ap{1,2}\. [A-L]`)
)

// A page says the same in every language: the same facts, links and sections, in any order.
func TestLanguagesSayTheSame(t *testing.T) {
	content, _ := shippedFiles(t)
	sorted := func(found []string) []string {
		for i, s := range found {
			found[i] = strings.Replace(s, "App.", "Ap.", 1)
		}
		slices.Sort(found)
		return slices.Compact(found)
	}
	for name := range maps.Keys(content) {
		slug, ok := strings.CutPrefix(name, "en/")
		if !ok {
			continue
		}
		en, es := string(content[name].Data), string(content["es/"+slug].Data)
		for what, re := range map[string]*regexp.Regexp{"facts": factLine, "links": pageLink, "sections": section} {
			if diff := cmp.Diff(sorted(re.FindAllString(en, -1)), sorted(re.FindAllString(es, -1))); diff != "" {
				t.Errorf("%s: %s differ (-en +es)\n%s", slug, what, diff)
			}
		}
		if a, b := strings.Count(en, "\n#"), strings.Count(es, "\n#"); a != b {
			t.Errorf("%s: %d headings in English, %d in Spanish", slug, a, b)
		}
	}
}

// Words that are English and never Spanish; official titles and names are marked or listed.
var (
	englishWord = regexp.MustCompile(`(?i)\b(the|of|and|with|for|you|your|is|are|not|must|person|standard|hours|days|years|fee|training|renewal)\b`)
	englishSpan = regexp.MustCompile(`(?s)<(p|li|span|dt|dd)[^>]* lang="en">.*?</(p|li|span|dt|dd)>|<address>.*?</address>|class="[^"]*"|id="[^"]*"|href="[^"]*"|start="[^"]*"`)
	properNames = strings.NewReplacer(
		"Certified Medi-Cal Peer Support Specialist", "", "mandated reporting", "",
		"Area of specialization: Peer Services in\nCrisis Care", "", "Areas of specialization: Parent, Caregiver,\nFamily Member Peer; Peer Services for Unhoused", "",
	)
)

func TestNoEnglishOnSpanishPages(t *testing.T) {
	for _, p := range shipped(t).Pages("es") {
		text := p.Title + "\n" + p.Summary + "\n" + string(p.Body)
		text = properNames.Replace(englishSpan.ReplaceAllString(text, ""))
		text = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, " ")
		for _, m := range englishWord.FindAllStringIndex(text, -1) {
			t.Errorf("es/%s: English left: …%s…", p.Slug, text[max(0, m[0]-40):min(len(text), m[1]+40)])
		}
	}
	// A text that is the same in both languages was probably not translated.
	same := map[string]bool{"Medi-Cal": true, "No": true, "Pearson VUE": true, "Hindi": true, "Supervisor": true}
	forEachText(reflect.ValueOf(shipped(t).Facts()).Elem(), func(text guidance.Text) {
		if text["en"] == text["es"] && !same[text["en"]] {
			t.Errorf("the same in both languages: %q", text["en"])
		}
	})
}

// Whoever may be in danger finds whom to call, with numbers that are dialed as they stand.
func TestEmergency(t *testing.T) {
	for _, language := range languages {
		for _, p := range shipped(t).Pages(language) {
			switch {
			case strings.HasPrefix(p.Slug, "specialization-"), p.Slug == "complaints-and-appeals", p.Slug == "for-people-receiving-services", p.Slug == "overview":
				for _, number := range []string{"911", "988"} {
					if link := `<a href="tel:` + number + `">` + number + `</a>`; !strings.Contains(string(p.Body), link) {
						t.Errorf("%s/%s: no %s", language, p.Slug, link)
					}
				}
			}
		}
	}
}

func forEachText(v reflect.Value, visit func(guidance.Text)) {
	if text, ok := v.Interface().(guidance.Text); ok {
		if text != nil && !strings.HasPrefix(text["en"], "{n} hours") {
			visit(text)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			forEachText(v.Field(i), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			forEachText(v.Index(i), visit)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			forEachText(v.MapIndex(k), visit)
		}
	}
}
