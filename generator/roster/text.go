package roster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// MaxBytes bounds the file of a roster.
const MaxBytes = 16 << 20

// What Decode says of a file that holds no text.
var (
	ErrEmpty       = errors.New("the roster is empty")
	ErrTooLarge    = errors.New("the roster is larger than 16 MiB: split it")
	ErrSpreadsheet = errors.New("the roster is a spreadsheet or another document, not text: save it as CSV first")
	ErrNoText      = errors.New("the roster is not text: save it as CSV in UTF-8")
)

// Encodings, by the names they have for people and in browsers.
const (
	UTF8        = "UTF-8"
	UTF16LE     = "UTF-16LE"
	UTF16BE     = "UTF-16BE"
	Windows1252 = "windows-1252"
)

// Decode turns the bytes of a roster into text and names the encoding it found: the one that a byte order
// mark names; UTF-16 where every other byte of the beginning is zero; UTF-8 where the whole is valid;
// else Windows-1252, in which spreadsheets in the Americas save CSV.
func Decode(body []byte) (text, encoding string, err error) {
	encoding, body, err = detect(body)
	if err != nil {
		return "", "", err
	}
	switch encoding {
	case UTF16LE:
		text = decodeUTF16(body, binary.LittleEndian)
	case UTF16BE:
		text = decodeUTF16(body, binary.BigEndian)
	case Windows1252:
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(body)
		if err != nil {
			return "", "", ErrNoText
		}
		text = string(decoded)
	default:
		text = string(body)
	}
	if bytes.IndexByte([]byte(text), 0) >= 0 {
		return "", "", ErrNoText
	}
	return text, encoding, nil
}

// detect names the encoding, and gives the bytes without their byte order mark.
func detect(body []byte) (encoding string, rest []byte, err error) {
	switch {
	case len(body) == 0:
		return "", nil, ErrEmpty
	case len(body) > MaxBytes:
		return "", nil, ErrTooLarge
	}
	for _, magic := range [...]string{"PK\x03\x04", "\xd0\xcf\x11\xe0", "%PDF"} { // zipped documents such as .xlsx, old .xls, PDF
		if bytes.HasPrefix(body, []byte(magic)) {
			return "", nil, ErrSpreadsheet
		}
	}
	for _, mark := range [...]struct{ bytes, encoding string }{{"\xef\xbb\xbf", UTF8}, {"\xff\xfe", UTF16LE}, {"\xfe\xff", UTF16BE}} {
		if rest, ok := bytes.CutPrefix(body, []byte(mark.bytes)); ok {
			if mark.encoding == UTF8 && !utf8.Valid(rest) {
				return "", nil, ErrNoText
			}
			return mark.encoding, rest, nil
		}
	}
	var zeros [2]int // in even and in odd places
	for i, b := range body[:min(len(body), 512)] {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch {
	case zeros[0] == 0 && zeros[1] > 0:
		return UTF16LE, body, nil
	case zeros[1] == 0 && zeros[0] > 0:
		return UTF16BE, body, nil
	case zeros[0] > 0:
		return "", nil, ErrNoText
	case utf8.Valid(body):
		return UTF8, body, nil
	}
	return Windows1252, body, nil
}

// decodeUTF16 puts U+FFFD in the place of halves of characters.
func decodeUTF16(body []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(body)/2)
	for ; len(body) >= 2; body = body[2:] {
		units = append(units, order.Uint16(body))
	}
	text := string(utf16.Decode(units))
	if len(body) > 0 {
		text += string(utf8.RuneError)
	}
	return text
}
