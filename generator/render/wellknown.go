package render

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// robots allows everything: pages about a person ask not to be indexed by a meta element,
// and a search engine must be let in to read it.
func (r *Renderer) robots() []byte {
	text := "User-agent: *\nAllow: /\n"
	if r.options.BaseURL != "" {
		text += "\nSitemap: " + r.options.BaseURL + "/sitemap.xml\n"
	}
	return []byte(text)
}

// security is security.txt (RFC 9116). It expires half a year after the beginning of the
// month of the build, so that it changes once a month and a site that is left alone runs out.
func (r *Renderer) security(instant time.Time) ([]byte, error) {
	contact, err := r.first().contact("certification")
	if err != nil {
		return nil, fmt.Errorf("security.txt: %w", err)
	}
	year, month, _ := instant.UTC().Date()
	expires := time.Date(year, month+6, 1, 0, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	fmt.Fprintf(&b, "Contact: mailto:%s\n", contact.Email)
	fmt.Fprintf(&b, "Expires: %s\n", expires.Format(time.RFC3339))
	fmt.Fprintf(&b, "Preferred-Languages: %s\n", strings.Join(r.options.Languages, ", "))
	if r.options.BaseURL != "" {
		fmt.Fprintf(&b, "Canonical: %s/.well-known/security.txt\n", r.options.BaseURL)
	}
	return b.Bytes(), nil
}

// sitemap lists the pages for search engines: home, guidance and tools, each with its other
// languages. No page about a person stands in it.
func (r *Renderer) sitemap() []byte {
	paths := []string{"", "day.html", "advertisement.html", "api.html", "roster.html", "guidance/index.html"}
	for _, guide := range r.first().guides() {
		paths = append(paths, "guidance/"+guide.Slug+".html")
	}
	paths = append(paths, "tools/index.html")
	for _, name := range toolNames {
		paths = append(paths, "tools/"+name+".html")
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">` + "\n")
	for _, path := range paths {
		for _, language := range r.options.Languages {
			b.WriteString("<url><loc>")
			r.writeAddress(&b, language, path)
			b.WriteString("</loc>")
			for _, other := range r.options.Languages {
				fmt.Fprintf(&b, `<xhtml:link rel="alternate" hreflang="%s" href="`, other)
				r.writeAddress(&b, other, path)
				b.WriteString(`"/>`)
			}
			b.WriteString("</url>\n")
		}
	}
	b.WriteString("</urlset>\n")
	return b.Bytes()
}

func (r *Renderer) writeAddress(b *bytes.Buffer, language, path string) {
	_ = xml.EscapeText(b, []byte(r.options.BaseURL+"/"+r.prefix(language)+path)) // a Buffer takes every write
}
