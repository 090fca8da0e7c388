package draftjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records/internal/draftjson"
)

const full = `{"number":"MPSS123456","legal_name":"Jane \"J\" Doe","terms":[{"from":"2022-03-01","to":"2024-03-01"},{"from":"2024-03-02","to":"2026-03-01"}],` +
	`"specializations":["crisis-care","unhoused"],"actions":[{"kind":"suspended","from":"2025-02-01T09:00:00-08:00","until":"2025-05-01T09:00:00-07:00"}],"updated_at":"2025-05-01T16:00:00Z","sample":true}`

// reference decides with encoding/json what a record is, slowly.
func reference(text string) (certification.Draft, error) {
	var draft certification.Draft
	if !utf8.ValidString(text) {
		return draft, errors.New("not UTF-8")
	}
	if strings.Contains(strings.ToLower(text), `\ud`) {
		if err := pairs(text); err != nil {
			return draft, err
		}
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&draft); err != nil {
		return draft, err
	}
	if _, err := d.Token(); err != io.EOF {
		return draft, errors.New("something follows")
	}
	if err := keys(json.NewDecoder(strings.NewReader(text))); err != nil {
		return draft, err
	}
	if strings.HasPrefix(strings.TrimSpace(text), "null") {
		return draft, errors.New("null is no record")
	}
	return draft, nil
}

// keys refuses what encoding/json accepts: keys in another case or twice, null in an array.
func keys(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return err
			}
			name := key.(string)
			if seen[name] || name != strings.ToLower(name) || strings.ContainsRune(name, 'ſ') || strings.ContainsRune(name, 'K') {
				return fmt.Errorf("key %q", name)
			}
			seen[name] = true
			if err := keys(d); err != nil {
				return err
			}
		}
		_, err = d.Token()
	case json.Delim('['):
		for d.More() {
			var element json.RawMessage
			if err := d.Decode(&element); err != nil {
				return err
			}
			if bytes.Equal(element, []byte("null")) {
				return errors.New("null in an array")
			}
			if err := keys(json.NewDecoder(bytes.NewReader(element))); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	return err
}

// pairs refuses an escape of half a surrogate pair.
func pairs(text string) error {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		var unit, next rune
		if n, _ := fmt.Sscanf(text[min(i, len(text)):min(i+5, len(text))], "u%04x", &unit); n != 1 || unit < 0xd800 || unit > 0xdfff {
			continue
		}
		rest := text[min(i+5, len(text)):]
		if n, _ := fmt.Sscanf(rest[:min(6, len(rest))], `\u%04x`, &next); n != 1 || unit > 0xdbff || next < 0xdc00 || next > 0xdfff {
			return errors.New("half a pair")
		}
		i += 10
	}
	return nil
}

func FuzzRecord(f *testing.F) {
	for _, seed := range []string{
		full, "{}", "null", `{"number":null,"terms":null,"actions":[],"sample":false}`, ` { "number" : "\u0041\ud83d\ude00\n" } `,
		`{"Number":"x"}`, `{"number":"x","number":"y"}`, `{"terms":[null]}`, `{"number":"\ud800"}`, `{"x":{"y":[1,"]"]},"number":"MPSS123456"}`,
		`{"number":"x"} {}`, `{"terms":[{"from":"a","to":"b","from":"c"}]}`, `{"ſample":true}`, "{\"number\":\"\xff\"}", `{"sample":truex}`,
	} {
		f.Add(seed)
	}
	var decoder draftjson.Decoder
	f.Fuzz(func(t *testing.T, text string) {
		want, wantErr := reference(text)
		got, err := decoder.Record(text)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q\ndecoder: %v\nreference: %v", text, err, wantErr)
		}
		if err == nil {
			if diff := cmp.Diff(want, *got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%q\n%s", text, diff)
			}
		} else if len(err.Error()) > 400 || strings.ContainsAny(err.Error(), "\n\x00") {
			t.Fatalf("%q: the message is not one short line: %q", text, err)
		}
	})
}

// A record cut at any byte is an error, and its number is known once it was read.
func TestRecordCutAnywhere(t *testing.T) {
	var decoder draftjson.Decoder
	known := strings.Index(full, ",")
	for cut := range len(full) {
		draft, err := decoder.Record(full[:cut])
		if err == nil {
			t.Fatalf("%s: %v", full[:cut], err)
		}
		if want := cut >= known; (draft.Number == "MPSS123456") != want {
			t.Fatalf("%s: the number is %q", full[:cut], draft.Number)
		}
	}
}

// Nothing of one text is found in the draft of the next.
func TestDecoderForgets(t *testing.T) {
	var decoder draftjson.Decoder
	if _, err := decoder.Record(full); err != nil {
		t.Fatal(err)
	}
	draft, err := decoder.Record(`{"terms":[{}],"actions":[{"kind":"revoked"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	want := certification.Draft{Terms: []certification.DraftTerm{{}}, Actions: []certification.DraftAction{{Kind: "revoked"}}}
	if diff := cmp.Diff(want, *draft, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestTermsAndActions(t *testing.T) {
	var decoder draftjson.Decoder
	terms, err := decoder.Terms(`[{"to": "2026-03-01", "from": "2024-03-02"}]`)
	if err != nil || len(terms) != 1 || terms[0] != (certification.DraftTerm{From: "2024-03-02", To: "2026-03-01"}) {
		t.Errorf("%v, %v", terms, err)
	}
	actions, err := decoder.Actions(`[{"from": "2025-02-01T09:00:00-08:00", "kind": "revoked", "until": null}]`)
	if err != nil || len(actions) != 1 || actions[0] != (certification.DraftAction{Kind: "revoked", From: "2025-02-01T09:00:00-08:00"}) {
		t.Errorf("%v, %v", actions, err)
	}
	for _, text := range []string{"null", "[]"} {
		if terms, err := decoder.Terms(text); err != nil || len(terms) != 0 {
			t.Errorf("%s: %v, %v", text, terms, err)
		}
	}
	for _, text := range []string{"", "{}", "[{}", "[1]", "[null]", `[{"form":""}]`, "[] []"} {
		if terms, err := decoder.Terms(text); err == nil {
			t.Errorf("%q is taken for terms: %v", text, terms)
		}
		if actions, err := decoder.Actions(text); err == nil {
			t.Errorf("%q is taken for actions: %v", text, actions)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	var decoder draftjson.Decoder
	b.SetBytes(int64(len(full)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decoder.Record(full); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReference(b *testing.B) {
	b.SetBytes(int64(len(full)))
	for b.Loop() {
		if _, err := reference(full); err != nil {
			b.Fatal(err)
		}
	}
}
