package watch

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

const (
	secretPrefix = "whsec_"
	// Lengths of a key in bytes, from Standard Webhooks, "Signature scheme".
	leastKey, mostKey = 24, 64
	// mostSecrets is more than a rotation needs and few enough to try each.
	mostSecrets = 8
)

// Secret is a key that a webhook is signed with. It does not print itself.
type Secret struct{ key []byte }

// ParseSecrets reads secrets in the form of Standard Webhooks, "whsec_" and the base64 of 24 to
// 64 bytes, separated by spaces, lines or commas. All of them are valid: while a secret is
// replaced there are two. It fails when there is none, or more than eight. Its errors say which secret
// is wrong by its place and never hold any of it.
func ParseSecrets(s string) ([]Secret, error) {
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' })
	switch {
	case len(fields) == 0:
		return nil, errors.New("parse webhook secrets: there is none")
	case len(fields) > mostSecrets:
		return nil, fmt.Errorf("parse webhook secrets: %d are more than %d", len(fields), mostSecrets)
	}
	secrets := make([]Secret, len(fields))
	for i, field := range fields {
		encoded, ok := strings.CutPrefix(field, secretPrefix)
		if !ok {
			return nil, fmt.Errorf("parse webhook secrets: secret %d does not begin with %q", i+1, secretPrefix)
		}
		key, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err != nil { // whose text would hold a part of the secret's form
			return nil, fmt.Errorf("parse webhook secrets: secret %d is not base64 after %q", i+1, secretPrefix)
		}
		if len(key) < leastKey || len(key) > mostKey {
			return nil, fmt.Errorf("parse webhook secrets: secret %d has %d bytes, not %d to %d", i+1, len(key), leastKey, mostKey)
		}
		secrets[i] = Secret{key}
	}
	return secrets, nil
}

// Sign returns the signature of a message as the header webhook-signature has it: "v1," and the
// base64 of the HMAC-SHA256 of id, timestamp and body, joined by full stops. The timestamp is in
// Unix seconds.
func (s Secret) Sign(id, timestamp string, body []byte) string {
	return signatureVersion + base64.StdEncoding.EncodeToString(s.mac(id, timestamp, body))
}

func (s Secret) mac(id, timestamp string, body []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(id + "." + timestamp + "."))
	h.Write(body)
	return h.Sum(nil)
}

// String hides the key.
func (s Secret) String() string { return secretPrefix + "(hidden)" }

// GoString hides the key.
func (s Secret) GoString() string { return s.String() }
