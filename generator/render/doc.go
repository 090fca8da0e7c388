// Package render makes every page that a person sees: it turns statements about
// certifications, guidance and a theme into the bytes of whole pages, in every language of
// the site.
//
// It promises four things.
//
//   - A page is a function of its arguments and of what Load was given. There is no clock,
//     no environment and no network here, and a Renderer never changes after Load.
//   - What a page says about a status carries the time at which it was confirmed and the
//     time until which it may be relied on, so that it stays true when it is printed,
//     cached or kept.
//   - Every value from outside is escaped for the place where it stands, by html/template
//     or by a copy of its output (see form). Pages carry no inline script and no inline
//     style, and ask nothing of another host.
//   - A theme with a fault is refused by Load, with the file and the line or key: an unknown
//     field, a missing translation, a translation that nothing uses, a value in a place
//     where it would not be safe. No page can fail later for a reason of the theme.
//
// A theme is a folder with templates (html/template, one file a page, and files whose names
// begin with "part-" or "layout" that all pages share), assets, icons (SVG, written into
// pages) and translations (go-i18n in TOML, one file a language).
package render
