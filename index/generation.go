package index

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// generationVersion is the version of the layout of the state folder. Open refuses any other.
const generationVersion = 3

// Names in the state folder.
const (
	generationName = "index.json"
	recordsDir     = "records"
	indexDir       = "index"
)

// Generation names every file of one complete write, and the read of the source it comes from.
type Generation struct {
	Version int `json:"version"`
	// Read is the instant, in UTC, of the complete and validated read of the source.
	// certification.Confirmation(Read) gives until when answers may be relied on.
	Read    time.Time `json:"read"`
	Total   int       `json:"total"`  // records, those not yet issued included
	Sample  bool      `json:"sample"` // whether any record is synthetic
	Records []File    `json:"records"`
	Index   IndexFile `json:"index"`
}

// File is a file by its name, relative to the folder it is listed for.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`            // bytes
	SHA256 string `json:"sha256"`          // hexadecimal
	Count  int    `json:"count,omitempty"` // records in it
}

// IndexFile is the search index of a generation. One without records has no folder.
type IndexFile struct {
	Dir    string `json:"dir"`    // below index/
	Digest string `json:"digest"` // of all its numbers and names, and of the way they are indexed
	Total  int    `json:"total"`  // numbers in it
	Files  []File `json:"files"`  // by path below Dir
	// Changed are the numbers whose name is another in this generation than in the index, that
	// are not in the index, or not in the generation; in order. Their names are those of the
	// record table.
	Changed []string `json:"changed,omitempty"`
}

// changed reads Changed.
func (f IndexFile) changed() ([]certification.Number, error) {
	list := make([]certification.Number, len(f.Changed))
	for i, text := range f.Changed {
		number, err := certification.ParseNumber(text)
		if err != nil || number.String() != text {
			return nil, fmt.Errorf("%q among the changed names is not a number", text)
		}
		if i > 0 && list[i-1].Compare(number) >= 0 {
			return nil, fmt.Errorf("%s among the changed names is out of order", number)
		}
		list[i] = number
	}
	return list, nil
}

// envelope is the form of index.json: the generation and the SHA-256 of its bytes.
type envelope struct {
	Generation json.RawMessage `json:"generation"`
	SHA256     string          `json:"sha256"`
}

// encode gives the bytes of index.json. Equal generations give equal bytes.
func (g Generation) encode() ([]byte, error) {
	inner, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", generationName, err)
	}
	body, err := json.Marshal(envelope{inner, hexSHA256(inner)})
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", generationName, err)
	}
	return append(body, '\n'), nil
}

// decodeGeneration reads index.json. A body that encode would not have written is refused, so
// that no changed byte goes unnoticed.
func decodeGeneration(body []byte) (Generation, error) {
	var outer envelope
	var g Generation
	if err := json.Unmarshal(body, &outer); err != nil {
		return g, fmt.Errorf("not the form of an index: %w", err)
	}
	if hexSHA256(outer.Generation) != outer.SHA256 {
		return g, fmt.Errorf("damaged: its SHA-256 does not match")
	}
	if err := json.Unmarshal(outer.Generation, &g); err != nil {
		return g, fmt.Errorf("not the form of an index: %w", err)
	}
	if g.Version != generationVersion {
		return g, fmt.Errorf("version %d of the state folder, this program reads %d: build again", g.Version, generationVersion)
	}
	if again, err := g.encode(); err != nil || !bytes.Equal(again, body) {
		return g, fmt.Errorf("damaged: not in the form in which it was written")
	}
	return g, nil
}

func readGeneration(dir string) (Generation, []byte, error) {
	path := filepath.Join(dir, generationName)
	body, err := os.ReadFile(path)
	if err != nil {
		return Generation{}, nil, fmt.Errorf("read the index: %w", err)
	}
	g, err := decodeGeneration(body)
	if err != nil {
		return Generation{}, nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, body, nil
}

// readVerified reads a file and compares size and SHA-256 with what the generation says.
func readVerified(dir string, want File) ([]byte, error) {
	path := filepath.Join(dir, want.Name)
	if !filepath.IsLocal(want.Name) {
		return nil, fmt.Errorf("%s: a name that leads out of the state folder", path)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the index: %w", err)
	}
	if int64(len(body)) != want.Size {
		return nil, fmt.Errorf("%s: damaged: %d bytes instead of %d", path, len(body), want.Size)
	}
	if hexSHA256(body) != want.SHA256 {
		return nil, fmt.Errorf("%s: damaged: its SHA-256 does not match", path)
	}
	return body, nil
}

func hexSHA256(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
