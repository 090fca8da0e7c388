package guidance

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// Frame identifies what the library gives to pages that show no guidance: which pages there are to link
// to, who is called, and the figures that translations name. A page that asks for no more is
// the same for two libraries of one frame.
func (l *Library) Frame() ([sha256.Size]byte, error) {
	slugs := make(map[string][]string) // by language
	for language, pages := range l.pages {
		for _, p := range pages {
			slugs[language] = append(slugs[language], p.Slug)
		}
	}
	body, err := json.Marshal([]any{slugs, l.facts.Contacts, l.facts.Deadlines, l.facts.Figures})
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("guidance: %w", err)
	}
	return sha256.Sum256(body), nil
}

// FactsDigest identifies the facts: it changes when a byte of their files does.
func (l *Library) FactsDigest() [sha256.Size]byte { return l.factsDigest }
