package web

import (
	"bytes"
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

const interfaceDir = "../../content/interface/"

func loadOpenAPI(t *testing.T) *openapi3.T {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromFile(interfaceDir + "openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(context.Background(), openapi3.IsOpenAPI31OrLater()); err != nil {
		t.Fatal(err)
	}
	return document
}

// TestHandlerKeepsToOpenAPI asks every operation in every way that matters and holds each
// answer to the description: status, content type, body. Every answer described is seen.
func TestHandlerKeepsToOpenAPI(t *testing.T) {
	document := loadOpenAPI(t)
	type seenKey struct{ operation, status string }
	seen := make(map[seenKey]bool)
	const one, many, search, suggest, guide = "/api/v1/verify/{number}", "/api/v1/verify", "/api/v1/search", "/api/v1/suggest", "/api/v1/guidance"
	const tools, course = "/api/v1/tools/", "provider=county&subject=law-ethics&before=yes&period=yes&repeated=no&scope=yes&sanction=no&proof=yes"
	const advert = "/api/v1/advertisement"
	jsonBody := func(body string) func(*http.Request) { return withBody("application/json", body) }
	late := func(f *fixture) { f.now = read.Add(48 * time.Hour) }
	broken := func(f *fixture) { f.pages.fail = true }
	busy := func(f *fixture) { f.guidance.err = errNoTurn }
	for _, c := range []struct {
		template, method, target string
		status                   int
		prepare                  func(*fixture)
		edit                     func(*http.Request)
	}{
		{one, "GET", "/api/v1/verify/MPSS123456", 200, nil, nil},
		{one, "GET", "/api/v1/verify/%23mpss-123%20456", 200, nil, nil},
		{one, "GET", "/api/v1/verify/123457?on=2024-12-31&name=Maria+Garcia", 200, nil, nil},
		{one, "GET", "/api/v1/verify/123457?on=2023-12-31", 200, nil, nil},
		{one, "GET", "/api/v1/verify/123458", 200, nil, nil},
		{one, "GET", "/api/v1/verify/123460?name=Anyone&on=2024-01-01", 200, nil, nil},
		{one, "GET", "/api/v1/verify/MPSS123456", 304, nil, withHeader("If-None-Match", "*")},
		{one, "GET", "/api/v1/verify/nonsense", 400, nil, nil},
		{one, "GET", "/api/v1/verify/MPSS123456?on=2026-11-23", 400, nil, nil},
		{one, "GET", "/api/v1/verify/MPSS123456?on=yesterday", 400, nil, nil},
		{one, "GET", "/api/v1/verify/MPSS999999", 404, nil, nil},
		{one, "GET", "/api/v1/verify/MPSS123459", 404, nil, nil},
		{one, "GET", "/api/v1/verify/MPSS123456", 503, late, nil},
		{many, "POST", "/api/v1/verify", 200, nil, jsonBody(`{"checks":[{"number":"MPSS123456","name":"Jane Doe","on":"2025-01-01"},{"number":"x"},{"number":"MPSS999999"}]}`)},
		{many, "POST", "/api/v1/verify", 200, nil, jsonBody(`{"checks":[{"number":"MPSS123456","on":"2027-01-01"},{"number":1},7]}`)},
		{many, "POST", "/api/v1/verify", 400, nil, jsonBody(`{"checks":[]}`)},
		{many, "POST", "/api/v1/verify", 413, nil, jsonBody(`{"checks":[` + strings.Repeat(`{},`, 1000) + `{}]}`)},
		{many, "POST", "/api/v1/verify", 415, nil, withBody("text/plain", `{}`)},
		{many, "POST", "/api/v1/verify", 503, late, jsonBody(`{"checks":[{"number":"MPSS123456"}]}`)},
		{search, "GET", "/api/v1/search?q=jane", 200, nil, nil},
		{search, "GET", "/api/v1/search?q=1234&limit=3", 200, nil, nil},
		{search, "GET", "/api/v1/search?q=jane&status=active&specialization=crisis-care", 200, nil, nil},
		{search, "GET", "/api/v1/search?q=nobody", 200, nil, nil},
		{search, "GET", "/api/v1/search?q=*", 400, nil, nil},
		{search, "GET", "/api/v1/search?q=jane&limit=0", 400, nil, nil},
		{search, "GET", "/api/v1/search?q=zanr+doofe+smith", 200, nil, nil},
		{search, "GET", "/api/v1/search?q=jane&limit=1&page=2", 200, nil, nil},
		{search, "GET", "/api/v1/search?q=jane&page=11", 400, nil, nil},
		{search, "GET", "/api/v1/search?q=jane", 503, late, nil},
		{suggest, "GET", "/api/v1/suggest?q=jan", 200, nil, nil},
		{suggest, "GET", "/api/v1/suggest?q=j&limit=10", 200, nil, nil},
		{suggest, "GET", "/api/v1/suggest?q=*", 400, nil, nil},
		{suggest, "GET", "/api/v1/suggest?q=jan&limit=11", 400, nil, nil},
		{suggest, "GET", "/api/v1/suggest?q=jan", 503, late, nil},
		{guide, "GET", "/api/v1/guidance?q=the+fee&limit=2", 200, nil, nil},
		{guide, "GET", "/api/v1/guidance?q=nothing&lang=es", 200, nil, nil},
		{guide, "GET", "/api/v1/guidance?q=fee&limit=0", 400, nil, nil},
		{guide, "GET", "/api/v1/guidance?q=fee", 503, busy, nil},
		{"/verify", "GET", "/verify?number=mpss-123456", 303, nil, nil},
		{"/verify", "GET", "/verify?number=mpss-123456&on=2024-04-15", 200, nil, nil},
		{"/verify", "GET", "/verify?number=mpss-123456&on=2026-12-01", 400, nil, nil},
		{"/{language}/verify", "GET", "/es/verify?number=mpss-123456&on=2024-04-15", 200, nil, nil},
		{advert, "POST", "/api/v1/advertisement", 200, nil, jsonBody(`{"text":"Jane Doe, CMPSS, #MPSS123456\nSpecialization: crisis, Peer Services for Justice Involved"}`)},
		{advert, "POST", "/api/v1/advertisement", 200, nil, jsonBody(`{"text":"Jane Roe, active CMPSS, #MPSS12345","number":"123458"}`)},
		{advert, "POST", "/api/v1/advertisement", 200, nil, jsonBody(`{"text":"#MPSS123460"}`)},
		{advert, "POST", "/api/v1/advertisement", 400, nil, jsonBody(`{"text":"Jane Doe"}`)},
		{advert, "POST", "/api/v1/advertisement", 400, nil, jsonBody(`{"text":" "}`)},
		{advert, "POST", "/api/v1/advertisement", 404, nil, jsonBody(`{"text":"#MPSS999999"}`)},
		{advert, "POST", "/api/v1/advertisement", 413, nil, jsonBody(`{"text":"` + strings.Repeat("ñ", 20001) + `"}`)},
		{advert, "POST", "/api/v1/advertisement", 415, nil, withBody("text/plain", "Jane Doe")},
		{advert, "POST", "/api/v1/advertisement", 503, late, jsonBody(`{"text":"#MPSS123456"}`)},
		{"/advertisement", "GET", "/advertisement", 200, nil, nil},
		{"/advertisement", "GET", "/advertisement?number=123456", 200, nil, nil},
		{"/advertisement", "GET", "/advertisement?number=x", 400, nil, nil},
		{"/advertisement", "GET", "/advertisement?number=999999", 404, nil, nil},
		{"/advertisement", "POST", "/advertisement", 200, nil, withBody("application/x-www-form-urlencoded", "text=Jane+Doe+CMPSS&number=123456")},
		{"/advertisement", "POST", "/advertisement", 400, nil, withBody("application/x-www-form-urlencoded", "text=")},
		{"/advertisement", "POST", "/advertisement", 500, broken, withBody("application/x-www-form-urlencoded", "text=")},
		{"/advertisement", "POST", "/advertisement", 503, late, withBody("application/x-www-form-urlencoded", "text=x")},
		{"/{language}/advertisement", "POST", "/es/advertisement", 200, nil, withBody("application/x-www-form-urlencoded", "text=Jane+Doe+CMPSS&number=123456")},
		{"/{language}/advertisement", "GET", "/es/advertisement?number=123456", 200, nil, nil},
		{"/{language}/advertisement", "GET", "/es/advertisement?number=x", 400, nil, nil},
		{"/{language}/advertisement", "POST", "/es/advertisement", 400, nil, withBody("application/x-www-form-urlencoded", "text=x")},
		{"/advertisement", "GET", "/advertisement", 503, late, nil},
		{"/verify", "GET", "/verify?number=hello", 400, nil, nil},
		{"/verify", "GET", "/verify?number=999999", 404, nil, nil},
		{"/verify", "GET", "/verify?number=hello", 500, broken, nil},
		{"/verify", "GET", "/verify?number=123456", 503, late, nil},
		{"/search", "GET", "/search?q=jane", 200, nil, nil},
		{"/search", "GET", "/search?q=MPSS123456", 303, nil, nil},
		{"/search", "GET", "/search?q=%2a", 400, nil, nil},
		{"/search", "GET", "/search?q=MPSS999999", 404, nil, nil},
		{"/search", "GET", "/search?q=jane", 500, broken, nil},
		{"/search", "GET", "/search?q=jane", 503, late, nil},
		{"/{language}/verify", "GET", "/es/verify?number=123456", 303, nil, nil},
		{"/{language}/verify", "GET", "/es/verify?number=x", 400, nil, nil},
		{"/{language}/verify", "GET", "/es/verify?number=999999", 404, nil, nil},
		{"/{language}/search", "GET", "/es/search?q=jane", 200, nil, nil},
		{tools + "standing", "GET", tools + "standing?expires=2027-03-01", 200, nil, nil},
		{tools + "standing", "GET", tools + "standing?expires=2026-03-01&lang=es", 200, late, nil}, // reckoning needs no record
		{tools + "standing", "GET", tools + "standing?expires=2024-03-01&on=2028-02-20", 200, nil, nil},
		{tools + "standing", "GET", tools + "standing?expires=2020-02-29", 200, nil, nil},
		{tools + "standing", "GET", tools + "standing?expires=soon&on=x", 400, nil, nil},
		{tools + "standing", "GET", tools + "standing?expires=2026-03-01&lang=xx", 400, nil, nil},
		{tools + "cost", "GET", tools + "cost?path=first", 200, nil, nil},
		{tools + "cost", "GET", tools + "cost?path=out-of-state", 200, nil, nil},
		{tools + "cost", "GET", tools + "cost?path=retake", 200, nil, nil},
		{tools + "cost", "GET", tools + "cost?path=dinner", 400, nil, nil},
		{tools + "course", "GET", tools + "course?" + course + "&hours=8&breaks=1.5", 200, nil, nil},
		{tools + "course", "GET", tools + "course?" + strings.Replace(course, "proof=yes", "proof=no", 1) + "&hours=8", 200, nil, nil},
		{tools + "course", "GET", tools + "course?" + course, 400, nil, nil},
		{tools + "sanction", "GET", tools + "sanction?code=E4", 200, nil, nil},
		{tools + "sanction", "GET", tools + "sanction?code=k5&lang=es", 200, nil, nil},
		{tools + "sanction", "GET", tools + "sanction?code=A1", 200, nil, nil},
		{tools + "sanction", "GET", tools + "sanction?code=Z1", 400, nil, nil},
		{"/tools/{tool}", "GET", "/tools/cost", 200, nil, nil},
		{"/tools/{tool}", "GET", "/tools/standing?expires=2026-03-01", 200, late, nil},
		{"/tools/{tool}", "GET", "/tools/course?hours=x", 400, nil, nil},
		{"/tools/{tool}", "GET", "/tools/cost", 500, broken, nil},
		{"/{language}/tools/{tool}", "GET", "/es/tools/sanction?code=H10", 200, nil, nil},
		{"/{language}/tools/{tool}", "GET", "/es/tools/sanction?code=", 400, nil, nil},
		{"/tools/standing.ics", "GET", "/tools/standing.ics?expires=2026-03-01", 200, nil, nil},
		{"/tools/standing.ics", "GET", "/tools/standing.ics", 400, nil, nil},
		{"/{language}/tools/standing.ics", "GET", "/es/tools/standing.ics?expires=2026-03-01", 200, nil, nil},
		{"/{language}/tools/standing.ics", "GET", "/es/tools/standing.ics?expires=x", 400, nil, nil},
		{"/verify/print", "GET", "/verify/print?number=mpss-123456&name=Jane+Doe&on=2025-01-01", 200, nil, nil},
		{"/verify/print", "GET", "/verify/print?number=123456&on=2027-01-01", 400, nil, nil},
		{"/verify/print", "GET", "/verify/print?number=x", 400, nil, nil},
		{"/verify/print", "GET", "/verify/print?number=999999", 404, nil, nil},
		{"/verify/print", "GET", "/verify/print?number=123456", 500, broken, nil},
		{"/verify/print", "GET", "/verify/print?number=123456", 503, late, nil},
		{"/{language}/verify/print", "GET", "/es/verify/print?number=123456", 200, nil, nil},
		{"/qr/{number}.svg", "GET", "/qr/MPSS123456.svg", 200, nil, nil},
		{"/qr/{number}.svg", "GET", "/qr/x.svg", 404, nil, nil},
		{"/qr/{number}.svg", "GET", "/qr/MPSS999999.svg", 404, nil, nil},
		{"/qr/{number}.svg", "GET", "/qr/MPSS123456.svg", 503, late, nil},
		{"/healthz", "GET", "/healthz", 200, nil, nil},
		{"/readyz", "GET", "/readyz", 200, nil, nil},
		{"/readyz", "GET", "/readyz", 503, late, nil},
	} {
		f := newFixture(t, nil)
		if c.prepare != nil {
			c.prepare(f)
		}
		var edits []func(*http.Request)
		if c.edit != nil {
			edits = append(edits, c.edit)
		}
		response := f.ask(c.method, c.target, edits...)
		name := c.method + " " + c.target
		if response.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d", name, response.StatusCode, c.status)
			continue
		}
		operation := document.Paths.Value(c.template).GetOperation(c.method)
		seen[seenKey{operation.OperationID, http.StatusText(c.status)}] = true
		if operation.Responses.Status(c.status) == nil {
			t.Errorf("%s: the answer %d is not described", name, c.status)
			continue
		}
		body := bodyOf(t, response)
		if kind, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";"); !strings.HasSuffix(kind, "json") {
			if body != "" && operation.Responses.Status(c.status).Value.Content[kind] == nil {
				t.Errorf("%s: an answer of type %s is not described", name, kind)
			}
			continue // there is no schema to hold it to
		}
		request := httptest.NewRequest(c.method, c.target, nil)
		input := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{
				Request: request,
				Route:   &routers.Route{Spec: document, Path: c.template, PathItem: document.Paths.Value(c.template), Method: c.method, Operation: operation},
			},
			Status: response.StatusCode, Header: response.Header,
			Options: &openapi3filter.Options{ExcludeResponseBody: body == "", IncludeResponseStatus: true},
		}
		err := openapi3filter.ValidateResponse(context.Background(), input.SetBodyBytes([]byte(body)))
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, body)
		}
	}
	for path, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				code := map[string]int{"200": 200, "303": 303, "304": 304, "400": 400, "404": 404, "413": 413, "415": 415, "503": 503}[status]
				inLanguage := strings.HasSuffix(operation.OperationID, "InLanguage") && code == 503
				if code == 0 || code == http.StatusTooManyRequests || inLanguage || operation.OperationID == "record" {
					continue // failures of ours, and files of the site
				}
				if !seen[seenKey{operation.OperationID, http.StatusText(code)}] && !strings.HasSuffix(operation.OperationID, "PageInLanguage") {
					t.Errorf("%s: the answer %s is described and was not seen", path, status)
				}
			}
		}
	}
}

// TestToolsAreDescribedAsTheFactsHaveThem holds the values that the description allows to those
// that the facts have.
func TestToolsAreDescribedAsTheFactsHaveThem(t *testing.T) {
	facts, err := loadFacts()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]any{}
	for _, group := range facts.Costs.Groups {
		for _, path := range group.Paths {
			want["path"] = append(want["path"], path.ID)
		}
	}
	for _, p := range facts.ContinuingEducation.Providers {
		want["provider"] = append(want["provider"], p.ID)
	}
	for _, s := range facts.ContinuingEducation.Subjects {
		want["subject"] = append(want["subject"], s.ID)
	}
	for _, c := range facts.ContinuingEducation.Conditions {
		want[c.ID] = []any{"yes", "no"}
	}
	got := map[string][]any{}
	document := loadOpenAPI(t)
	for _, tool := range []string{"cost", "course"} {
		for _, p := range document.Paths.Value("/api/v1/tools/" + tool).Get.Parameters {
			if enum := p.Value.Schema.Value.Enum; enum != nil {
				got[p.Value.Name] = enum
			}
		}
	}
	if !reflect.DeepEqual(want, got) {
		t.Errorf("the facts have %v, the description %v", want, got)
	}
}

// TestEveryRouteIsDescribed finds the routes of the handler in the description.
func TestEveryRouteIsDescribed(t *testing.T) {
	document := loadOpenAPI(t)
	file, err := parser.ParseFile(token.NewFileSet(), "route.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	routes := make(map[string]string)
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, ok := node.(*ast.ValueSpec); ok && len(spec.Values) == 1 && strings.HasPrefix(spec.Names[0].Name, "route") {
			if path, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value); err == nil {
				routes[spec.Names[0].Name] = path
			}
		}
		return true
	})
	delete(routes, "routeFile") // what is left over
	delete(routes, "routeAPI")
	if len(routes) < 16 {
		t.Errorf("only %d routes were found", len(routes))
	}
	for _, path := range routes {
		if path == routeTool {
			path = "/api/v1/tools/cost" // each tool has a description of its own
		}
		if document.Paths.Value(path) == nil {
			t.Errorf("%s is not described", path)
		}
	}
}

// TestSchemaIsOne holds the schema of a record, published by itself, to that in the description.
func TestSchemaIsOne(t *testing.T) {
	read := func(name string) map[string]any {
		body, err := os.ReadFile(interfaceDir + name)
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		decoder := json.NewDecoder(bytes.NewReader(body))
		if err := decoder.Decode(&v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return v
	}
	alone := read("record.schema.json")
	delete(alone, "$schema")
	delete(alone, "$id")
	inside := read("openapi.json")["components"].(map[string]any)["schemas"].(map[string]any)["Record"]
	if !reflect.DeepEqual(alone, inside) {
		t.Error("record.schema.json and components/schemas/Record of openapi.json differ")
	}
}

// TestProblemTypesAreDescribed follows the type of every problem to its description.
func TestProblemTypesAreDescribed(t *testing.T) {
	document := loadOpenAPI(t)
	for _, reference := range []string{problemOutOfDate, problemOverloaded, problemTooMany, problemBadRequest} {
		name := reference[strings.LastIndex(reference, "/")+1:]
		if reference != "/openapi.json#/components/responses/"+name || document.Components.Responses[name] == nil {
			t.Errorf("%s is not described", reference)
		}
	}
}

// TestEveryQuestionIsLimited asks, by the description, everything once too often.
func TestEveryQuestionIsLimited(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.Rate = 6 }) // one at once
	f.ask("GET", "/search?q=jane")
	fill := strings.NewReplacer("{number}", "MPSS123456", "{language}", "es", "{tool}", "cost")
	for path, item := range loadOpenAPI(t).Paths.Map() {
		for method, operation := range item.Operations() {
			response := f.ask(method, fill.Replace(path))
			described := operation.Responses.Status(http.StatusTooManyRequests)
			switch {
			case described == nil && response.StatusCode == http.StatusTooManyRequests:
				t.Errorf("%s %s is limited, and not described so", method, path)
			case described == nil:
			case response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "":
				t.Errorf("%s %s: %d, Retry-After %q", method, path, response.StatusCode, response.Header.Get("Retry-After"))
			default:
				kind, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";")
				if described.Value.Content[kind] == nil {
					t.Errorf("%s %s: an answer of type %s is not described", method, path, kind)
				}
			}
		}
	}
}

// TestExamplesRun asks what the examples of the description ask, which stand on the page for programmers too.
func TestExamplesRun(t *testing.T) {
	for path, item := range loadOpenAPI(t).Paths.Map() {
		for method, operation := range item.Operations() {
			if !strings.HasPrefix(path, "/api/") {
				continue
			}
			example, ok := operation.Extensions["x-example"].(map[string]any)
			if !ok {
				t.Errorf("%s %s has no x-example", method, path)
				continue
			}
			var edits []func(*http.Request)
			if body, ok := example["body"].(string); ok {
				edits = append(edits, withBody("application/json", body))
			}
			if response := newFixture(t, nil).ask(method, example["target"].(string), edits...); response.StatusCode != http.StatusOK {
				t.Errorf("%s %s: %d %s", method, example["target"], response.StatusCode, bodyOf(t, response))
			}
		}
	}
}
