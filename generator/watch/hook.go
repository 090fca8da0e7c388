package watch

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	signatureVersion = "v1,"
	hookWindow       = 5 * time.Minute
	mostBody         = 64 << 10
	mostIDLength     = 256
	mostSignatures   = 16   // a sender that rotates its secret sends two
	rememberedIDs    = 4096 // at most 1 MiB
)

// hook answers POST /hooks/rebuild.
type hook struct {
	secrets []Secret
	now     func() time.Time
	trigger func()

	mu     sync.Mutex
	seen   map[string]time.Time  // until when a message id counts as a repetition
	recent [rememberedIDs]string // the ids of seen, a ring
	oldest int                   // the place in recent that is used next
}

// NewHook returns the handler of POST /hooks/rebuild in the Standard Webhooks format. It calls
// trigger, which must not block, for every message that is signed by one of the secrets. It looks at the method, the headers webhook-id,
// webhook-timestamp and webhook-signature, and at the body only to verify its signature: a
// message means "look again" and nothing else, so the worst that a stolen secret can do is
// to make the registry look. It is to be mounted for every method, behind the server's time-outs.
//
// The answers, all with Cache-Control: no-store; those from 400 on are problem details (RFC 9457):
//
//   - 202: the message is genuine and a rebuild is on its way. A message whose id was accepted
//     within the window is answered the same and triggers nothing: its first arrival did.
//   - 400: genuine, but its timestamp is more than five minutes away from the clock. Or the body ended early.
//   - 401: not signed by a known secret. Missing, malformed and wrong headers get this one answer.
//   - 405: not a POST.
//   - 413: a body of more than 64 KiB.
//
// Ids are remembered until their timestamp leaves the window, 4,096 of them at most. Only who has
// a secret can add one; when there are more the oldest are forgotten, and the worst that a
// repetition of such a message can do is one more look.
func NewHook(secrets []Secret, now func() time.Time, trigger func()) http.Handler {
	return &hook{secrets: secrets, now: now, trigger: trigger, seen: make(map[string]time.Time)}
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		refuse(w, http.StatusRequestEntityTooLarge)
		return
	} else if err != nil {
		refuse(w, http.StatusBadRequest)
		return
	}
	id, sent, ok := h.verify(r.Header, body)
	if !ok {
		w.Header().Set("WWW-Authenticate", "Standard-Webhooks") // RFC 9110, section 15.5.2, wants a challenge
		refuse(w, http.StatusUnauthorized)
		return
	}
	now := h.now()
	if age := now.Sub(sent); age.Abs() > hookWindow {
		refuse(w, http.StatusBadRequest)
		return
	}
	if h.remember(id, sent.Add(hookWindow), now) {
		h.trigger()
	}
	w.WriteHeader(http.StatusAccepted)
}

// verify returns the id and the timestamp of a message that is signed by one of the secrets.
func (h *hook) verify(header http.Header, body []byte) (id string, sent time.Time, ok bool) {
	ids, timestamps := header.Values("webhook-id"), header.Values("webhook-timestamp")
	if len(ids) != 1 || len(timestamps) != 1 || !validID(ids[0]) {
		return "", time.Time{}, false
	}
	seconds, ok := parseTimestamp(timestamps[0])
	if !ok {
		return "", time.Time{}, false
	}
	signatures := parseSignatures(header.Values("webhook-signature"))
	genuine := false
	for _, secret := range h.secrets {
		want := secret.mac(ids[0], timestamps[0], body)
		for _, signature := range signatures {
			if hmac.Equal(want, signature) {
				genuine = true
			}
		}
	}
	return ids[0], time.Unix(seconds, 0), genuine
}

// validID wants visible ASCII without a full stop. The full stop separates what is signed: with
// it in an id, one signature would be good for several messages.
func validID(id string) bool {
	if id == "" || len(id) > mostIDLength {
		return false
	}
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c > '~' || c == '.' {
			return false
		}
	}
	return true
}

// parseTimestamp reads Unix seconds: one to eleven decimal digits, so until the year 5138.
func parseTimestamp(s string) (int64, bool) {
	if s == "" || len(s) > 11 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	return seconds, err == nil
}

// parseSignatures reads the signatures "v1,BASE64" among those of a header, which are separated by
// spaces. Others, of another version or malformed, are left out.
func parseSignatures(values []string) [][]byte {
	var signatures [][]byte
	for field := range strings.SplitSeq(strings.Join(values, " "), " ") {
		if encoded, ok := strings.CutPrefix(field, signatureVersion); ok {
			if signature, err := base64.StdEncoding.Strict().DecodeString(encoded); err == nil {
				signatures = append(signatures, signature)
			}
		}
		if len(signatures) == mostSignatures {
			break
		}
	}
	return signatures
}

// remember notes that the message was accepted. It returns false if it had been already.
func (h *hook) remember(id string, until, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	before, known := h.seen[id]
	if known && !now.After(before) {
		// A sender that tries again signs a new timestamp, which can be repeated for longer.
		if until.After(before) {
			h.seen[id] = until
		}
		return false
	}
	if !known {
		delete(h.seen, h.recent[h.oldest])
		h.recent[h.oldest] = id
		h.oldest = (h.oldest + 1) % len(h.recent)
	}
	h.seen[id] = until
	return true
}

// refuse answers with a problem that says no more than its status does: who is refused has not
// shown that they are the sender.
func refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	fmt.Fprintf(w, "{\"type\":\"about:blank\",\"title\":%q,\"status\":%d}\n", http.StatusText(status), status)
}
