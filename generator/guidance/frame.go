package guidance

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// Frame identifies everything that the library says but for what stands in the bodies of its
// pages, and what people ask of them: the facts, and of each page what its front matter says. A page that shows no body of
// guidance is the same for two libraries of one frame.
func (l *Library) Frame() ([sha256.Size]byte, error) {
	var fronts []Page
	for _, language := range sortedKeys(l.pages) {
		for _, p := range l.pages[language] {
			front := *p
			front.Body, front.Headings, front.Passages, front.Questions = "", nil, nil, nil
			fronts = append(fronts, front)
		}
	}
	body, err := json.Marshal(fronts)
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("guidance: %w", err)
	}
	return sha256.Sum256(append(body, l.factsDigest[:]...)), nil
}
