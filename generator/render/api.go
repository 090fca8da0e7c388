package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// apiView is what the template of the page about the interface for programs is given.
type apiView struct {
	page
	Operations []operation
}

// operation is something that a program can ask, as openapi.json describes it. Its words are in English.
type operation struct {
	ID, Method, Path     string
	Summary, Description string
	Parameters           []parameter
	Responses            []response
	Example              string // a curl command
}

type parameter struct {
	Name, In, Description string
	Required              bool
}

type response struct{ Code, Description string }

// described is the part of an OpenAPI document that the page shows.
type described struct {
	Paths map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Summary     string
		Description string
		Parameters  []describedParameter
		Responses   map[string]struct {
			Ref         string `json:"$ref"`
			Description string
		}
		Example struct{ Target, Body string } `json:"x-example"`
	}
	Components struct {
		Parameters map[string]describedParameter
		Responses  map[string]struct{ Description string }
	}
}

type describedParameter struct {
	Ref                   string `json:"$ref"`
	Name, In, Description string
	Required              bool
}

// readInterface reads the description of the interface for programs: the addresses below /api/, in order.
// Examples ask the site at the base URL.
func readInterface(openapi []byte, baseURL string) ([]operation, error) {
	if len(openapi) == 0 {
		return nil, nil
	}
	var d described
	if err := json.Unmarshal(openapi, &d); err != nil {
		return nil, fmt.Errorf("render: read openapi.json: %w", err)
	}
	name := func(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }
	var list []operation
	for path, methods := range d.Paths {
		if !strings.HasPrefix(path, "/api/") {
			continue
		}
		for method, o := range methods {
			op := operation{ID: o.OperationID, Method: strings.ToUpper(method), Path: path, Summary: o.Summary, Description: o.Description}
			for _, p := range o.Parameters {
				if p.Ref != "" {
					p = d.Components.Parameters[name(p.Ref)]
				}
				op.Parameters = append(op.Parameters, parameter{p.Name, p.In, p.Description, p.Required})
			}
			for _, code := range slices.Sorted(maps.Keys(o.Responses)) {
				r := o.Responses[code]
				op.Responses = append(op.Responses, response{code, cmp.Or(r.Description, d.Components.Responses[name(r.Ref)].Description)})
			}
			if o.Example.Target == "" {
				return nil, fmt.Errorf("render: openapi.json: %s %s has no x-example", op.Method, path)
			}
			op.Example = curl(baseURL+o.Example.Target, o.Example.Body)
			list = append(list, op)
		}
	}
	slices.SortFunc(list, func(a, b operation) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method)) })
	return list, nil
}

// curl is a command that a shell runs as it stands.
func curl(address, body string) string {
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
	if body == "" {
		return "curl " + quote(address)
	}
	return "curl -H 'Content-Type: application/json' \\\n  -d " + quote(body) + " \\\n  " + quote(address)
}

func (e *edition) apiView(sample bool) apiView {
	view := apiView{e.newPage(pageAPI, "api.html", sample), e.renderer.operations}
	view.OwnForms = true
	return view
}
