package index

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// The fields of the search index. The id of a document is the canonical number; the engine
// indexes it as the field "_id". Nothing is stored besides, and no frequencies or positions:
// results are ordered by how they match, not by a score.
const (
	fieldNumber = "_id"
	fieldWord   = "word" // each word, and those by which it is found as well
	fieldPart   = "part" // characters and pairs of them, of words without spaces between
)

// namesDigest is the SHA-256 of all that the search index is made of.
func namesDigest(records []*certification.Record) string {
	h := sha256.New()
	line := []byte("names " + legalname.FoldingVersion + "\n")
	for _, r := range records {
		line = append(line, r.Number().String()...)
		line = append(append(append(line, '\t'), r.LegalName()...), '\n')
		h.Write(line)
		line = line[:0]
	}
	return hex.EncodeToString(h.Sum(nil))
}

// buildNames writes the search index of the records into the new folder dir.
func buildNames(ctx context.Context, dir string, records []*certification.Record) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create the search index: %w", err)
	}
	builder, err := scorch.NewBuilder(map[string]any{
		"path":            filepath.Join(dir, storeDir),
		"buildPathPrefix": dir,
		"batchSize":       20_000, // documents held in memory at a time
		"mergeMax":        64,
	})
	if err != nil {
		return fmt.Errorf("create the search index in %s: %w", dir, err)
	}
	words := make(vocabulary)
	for i, r := range records {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := builder.Index(words.document(r)); err != nil {
			return fmt.Errorf("index %s: %w", r.Number(), err)
		}
	}
	if err := builder.Close(); err != nil {
		return fmt.Errorf("write the search index in %s: %w", dir, err)
	}
	return nil
}

// storeDir holds the engine's files in the folder of an index.
const storeDir = "store"

// vocabulary makes documents. It keeps one entry a term, for most words come many times.
type vocabulary map[string]*index.TokenFreq

func (v vocabulary) document(r *certification.Record) *document.Document {
	d := document.NewDocument(r.Number().String())
	words := legalname.Words(r.LegalName())
	if len(words) == 0 { // not known, or of signs alone: found by its number
		return d
	}
	all := append(words[:len(words):len(words)], legalname.Spelled(words)...)
	d.AddField(v.field(fieldWord, all))
	if parts := parts(words); len(parts) > 0 {
		d.AddField(v.field(fieldPart, parts))
	}
	return d
}

func (v vocabulary) field(name string, list []string) *terms {
	set := make(index.TokenFrequencies, len(list))
	for _, term := range list {
		entry := v[term]
		if entry == nil {
			entry = &index.TokenFreq{Term: []byte(term)}
			v[term] = entry
		}
		set[term] = entry
	}
	return &terms{name, set}
}

// terms is a field of a document whose terms are known beforehand.
type terms struct {
	name string
	set  index.TokenFrequencies
}

var _ document.Field = (*terms)(nil)

func (t *terms) Name() string                                     { return t.name }
func (t *terms) Options() index.FieldIndexingOptions              { return index.IndexField | index.SkipFreqNorm }
func (t *terms) AnalyzedTokenFrequencies() index.TokenFrequencies { return t.set }
func (t *terms) AnalyzedLength() int                              { return len(t.set) }
func (t *terms) EncodedFieldType() byte                           { return 't' } // text
func (t *terms) Analyze()                                         {}
func (t *terms) Value() []byte                                    { return nil }
func (t *terms) ArrayPositions() []uint64                         { return nil }
func (t *terms) NumPlainTextBytes() uint64                        { return 0 }
func (t *terms) Size() int                                        { return 0 }

// parts are the characters and the pairs of neighbouring characters of ideographic words.
func parts(words []string) []string {
	var parts []string
	for _, word := range words {
		if first, _ := utf8.DecodeRuneInString(word); !legalname.IsIdeographic(first) {
			continue
		}
		previous := -1
		for i, r := range word {
			end := i + utf8.RuneLen(r)
			parts = append(parts, word[i:end])
			if previous >= 0 {
				parts = append(parts, word[previous:end])
			}
			previous = i
		}
	}
	return parts
}
