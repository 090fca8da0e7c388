package watch_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/cmpss/registry/generator/watch"
)

// The example of the Standard Webhooks libraries.
const (
	exampleSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	exampleID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	exampleTimestamp = "1614265330"
	exampleBody      = `{"test": 2432232314}`
	exampleSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var exampleTime = time.Unix(1614265330, 0)

var otherSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("another key, of thirty-two bytes"))

func parseSecrets(t testing.TB, s string) []watch.Secret {
	t.Helper()
	secrets, err := watch.ParseSecrets(s)
	if err != nil {
		t.Fatal(err)
	}
	return secrets
}

// receiver is a hook with a clock and a count.
type receiver struct {
	http.Handler
	now      time.Time
	triggers atomic.Int32
}

func newReceiver(t testing.TB, secrets string) *receiver {
	r := &receiver{now: exampleTime}
	r.Handler = watch.NewHook(parseSecrets(t, secrets), func() time.Time { return r.now }, func() { r.triggers.Add(1) })
	return r
}

func post(body string, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hooks/rebuild", strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func signed(secret watch.Secret, id string, at time.Time, body string) *http.Request {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	return post(body, "webhook-id", id, "webhook-timestamp", timestamp, "webhook-signature", secret.Sign(id, timestamp, []byte(body)))
}

func (r *receiver) answer(request *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.ServeHTTP(w, request)
	return w
}

func TestHookAnswers(t *testing.T) {
	key := parseSecrets(t, exampleSecret)[0]
	other := parseSecrets(t, otherSecret)[0]
	with := func(id, timestamp, signature, body string) *http.Request {
		return post(body, "webhook-id", id, "webhook-timestamp", timestamp, "webhook-signature", signature)
	}
	example := func() *http.Request { return with(exampleID, exampleTimestamp, exampleSignature, exampleBody) }
	add := func(r *http.Request, name, value string) *http.Request { r.Header.Add(name, value); return r }
	without := func(name string) *http.Request { r := example(); r.Header.Del(name); return r }
	method := func(m string) *http.Request { r := example(); r.Method = m; return r }
	large := strings.Repeat("x", 64<<10)

	for name, c := range map[string]struct {
		request *http.Request
		want    int
	}{
		"the example":                           {example(), 202},
		"no body":                               {signed(key, "a", exampleTime, ""), 202},
		"a body of 64 KiB":                      {signed(key, "a", exampleTime, large), 202},
		"a body that is not JSON":               {signed(key, "a", exampleTime, "\x00\xff"), 202},
		"another secret of the sender too":      {with(exampleID, exampleTimestamp, other.Sign(exampleID, exampleTimestamp, []byte(exampleBody))+" "+exampleSignature, exampleBody), 202},
		"another version too":                   {with(exampleID, exampleTimestamp, "v1a,AAAA "+exampleSignature, exampleBody), 202},
		"two headers of signatures":             {add(with(exampleID, exampleTimestamp, "v1,AAAA", exampleBody), "webhook-signature", exampleSignature), 202},
		"five minutes old":                      {signed(key, "a", exampleTime.Add(-5*time.Minute), ""), 202},
		"five minutes ahead":                    {signed(key, "a", exampleTime.Add(5*time.Minute), ""), 202},
		"older":                                 {signed(key, "a", exampleTime.Add(-5*time.Minute-time.Second), ""), 400},
		"further ahead":                         {signed(key, "a", exampleTime.Add(5*time.Minute+time.Second), ""), 400},
		"of 1970":                               {signed(key, "a", time.Unix(0, 0), ""), 400},
		"of the year 5138":                      {signed(key, "a", time.Unix(99999999999, 0), ""), 400},
		"a larger body":                         {signed(key, "a", exampleTime, large+"x"), 413},
		"a larger body that nobody signed":      {post(large + "x"), 413},
		"nothing":                               {post(""), 401},
		"another body":                          {with(exampleID, exampleTimestamp, exampleSignature, exampleBody+" "), 401},
		"another id":                            {with("msg_2", exampleTimestamp, exampleSignature, exampleBody), 401},
		"another timestamp":                     {with(exampleID, "1614265331", exampleSignature, exampleBody), 401},
		"an unknown secret":                     {signed(other, "a", exampleTime, ""), 401},
		"an unknown secret and an old time":     {signed(other, "a", time.Unix(0, 0), ""), 401},
		"no id":                                 {without("webhook-id"), 401},
		"no timestamp":                          {without("webhook-timestamp"), 401},
		"no signature":                          {without("webhook-signature"), 401},
		"two ids":                               {add(example(), "webhook-id", exampleID), 401},
		"two timestamps":                        {add(example(), "webhook-timestamp", exampleTimestamp), 401},
		"an empty id":                           {signed(key, "", exampleTime, ""), 401},
		"an id with a full stop":                {signed(key, "a.1614265330", exampleTime, ""), 401},
		"an id with a space":                    {signed(key, "a b", exampleTime, ""), 401},
		"an id of 257 bytes":                    {signed(key, strings.Repeat("a", 257), exampleTime, ""), 401},
		"a timestamp with a sign":               {with("a", "+1614265330", key.Sign("a", "+1614265330", nil), ""), 401},
		"a timestamp with a fraction":           {with("a", "1614265330.0", key.Sign("a", "1614265330.0", nil), ""), 401},
		"a timestamp in milliseconds":           {with("a", "1614265330000", key.Sign("a", "1614265330000", nil), ""), 401},
		"a signature without its version":       {with(exampleID, exampleTimestamp, strings.TrimPrefix(exampleSignature, "v1,"), exampleBody), 401},
		"a signature of another version":        {with(exampleID, exampleTimestamp, "v2"+strings.TrimPrefix(exampleSignature, "v1"), exampleBody), 401},
		"a part of a signature":                 {with(exampleID, exampleTimestamp, exampleSignature[:len(exampleSignature)-4], exampleBody), 401},
		"an empty signature":                    {with(exampleID, exampleTimestamp, "v1,", exampleBody), 401},
		"the signature last of seventeen":       {with(exampleID, exampleTimestamp, strings.Repeat("v1,AAAA ", 16)+exampleSignature, exampleBody), 401},
		"PUT":                                   {method(http.MethodPut), 405},
		"GET":                                   {method(http.MethodGet), 405},
		"OPTIONS":                               {method(http.MethodOptions), 405},
		"a method in small letters":             {method("post"), 405},
		"a body that breaks off":                {httptest.NewRequest(http.MethodPost, "/", iotest.ErrReader(errors.New("reset"))), 400},
		"a message cut into id and body anew":   {with("a", "1", key.Sign("a", "1", []byte("1614265330.x")), "1614265330.x"), 400},
		"the same, its timestamp part of an id": {with("a.1", "1614265330", key.Sign("a", "1", []byte("1614265330.x")), "x"), 401},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t, exampleSecret)
			w := r.answer(c.request)
			if w.Code != c.want {
				t.Errorf("answered %d, want %d", w.Code, c.want)
			}
			if triggered := r.triggers.Load(); (triggered == 1) != (c.want == 202) || triggered > 1 {
				t.Errorf("answered %d and triggered %d times", w.Code, triggered)
			}
			checkAnswer(t, w)
		})
	}
}

// checkAnswer wants nothing in an answer but its status.
func checkAnswer(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q", got)
	}
	if w.Code == http.StatusAccepted {
		if w.Body.Len() > 0 {
			t.Errorf("a body: %q", w.Body)
		}
		return
	}
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type: %q", got)
	}
	if (w.Code == http.StatusMethodNotAllowed) != (w.Header().Get("Allow") == "POST") || (w.Code == http.StatusUnauthorized) != (w.Header().Get("WWW-Authenticate") != "") {
		t.Errorf("%d with the header %v", w.Code, w.Header())
	}
	var problem map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
		t.Fatalf("%q: %v", w.Body, err)
	}
	if len(problem) != 3 || problem["type"] != "about:blank" || problem["title"] != http.StatusText(w.Code) || problem["status"] != float64(w.Code) {
		t.Errorf("problem: %v", problem)
	}
}

func TestHookAcceptsEverySecretWhileOneIsReplaced(t *testing.T) {
	r := newReceiver(t, exampleSecret+","+otherSecret)
	for i, secret := range []string{exampleSecret, otherSecret} {
		if w := r.answer(signed(parseSecrets(t, secret)[0], fmt.Sprint(i), r.now, "")); w.Code != http.StatusAccepted {
			t.Errorf("secret %d: answered %d", i, w.Code)
		}
	}
	if n := r.triggers.Load(); n != 2 {
		t.Errorf("triggered %d times", n)
	}
}

func TestHookTriggersOnceForAMessage(t *testing.T) {
	r := newReceiver(t, exampleSecret)
	key := parseSecrets(t, exampleSecret)[0]
	sent := r.now.Add(5 * time.Minute) // by a clock that is ahead: its window ends in ten minutes
	for _, step := range []struct {
		after    time.Duration
		sent     time.Time
		want     int
		triggers int32
	}{
		{0, sent, 202, 1},
		{0, sent, 202, 1},                                             // repeated
		{10 * time.Minute, sent, 202, 1},                              // at the end of its window
		{10*time.Minute + time.Second, sent, 400, 1},                  // after it
		{9 * time.Minute, sent.Add(2 * time.Minute), 202, 1},          // sent again by its sender
		{12 * time.Minute, sent.Add(2 * time.Minute), 202, 1},         // and that repeated
		{12*time.Minute + time.Second, sent.Add(time.Hour), 400, 1},   // from the future
		{13 * time.Minute, exampleTime.Add(13 * time.Minute), 202, 2}, // the id used for something new
		{13 * time.Minute, exampleTime.Add(13 * time.Minute), 202, 2},
	} {
		r.now = exampleTime.Add(step.after)
		w := r.answer(signed(key, "id", step.sent, ""))
		if got := r.triggers.Load(); w.Code != step.want || got != step.triggers {
			t.Errorf("after %s, sent at %s: answered %d, triggered %d times; want %d, %d",
				step.after, step.sent, w.Code, got, step.want, step.triggers)
		}
	}
}

// TestHookRemembersABoundedNumberOfMessages: the last 4,096 trigger once, however many there were.
func TestHookRemembersABoundedNumberOfMessages(t *testing.T) {
	const messages, remembered = 10_000, 4096
	r := newReceiver(t, exampleSecret)
	key := parseSecrets(t, exampleSecret)[0]
	for i := range messages {
		r.answer(signed(key, strconv.Itoa(i), r.now, ""))
	}
	if n := r.triggers.Load(); n != messages {
		t.Fatalf("%d messages triggered %d times", messages, n)
	}
	for i := messages - remembered; i < messages; i++ {
		r.answer(signed(key, strconv.Itoa(i), r.now, ""))
	}
	if n := r.triggers.Load(); n != messages {
		t.Errorf("of the last %d messages %d triggered again", remembered, n-messages)
	}
	r.answer(signed(key, "0", r.now, ""))
	if n := r.triggers.Load(); n != messages+1 {
		t.Error("the first message is still remembered: is the memory bounded?")
	}
}

func TestHookWithManySendersAtOnce(t *testing.T) {
	r := newReceiver(t, exampleSecret)
	key := parseSecrets(t, exampleSecret)[0]
	var senders sync.WaitGroup
	for range 16 {
		senders.Go(func() {
			for i := range 50 {
				if w := r.answer(signed(key, strconv.Itoa(i), exampleTime, "")); w.Code != http.StatusAccepted {
					t.Errorf("answered %d", w.Code)
				}
			}
		})
	}
	senders.Wait()
	if n := r.triggers.Load(); n != 50 {
		t.Errorf("50 messages, sent by each of 16, triggered %d times", n)
	}
}

func TestParseSecrets(t *testing.T) {
	key := func(n int) string { return "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, n)) }
	for s, want := range map[string]int{
		exampleSecret:                            1,
		" " + exampleSecret + "\n":               1,
		exampleSecret + " " + otherSecret:        2,
		exampleSecret + "," + otherSecret + ",":  2,
		exampleSecret + " ,\r\n\t" + otherSecret: 2,
		key(24) + " " + key(64):                  2,
		strings.Repeat(exampleSecret+" ", 8):     8,
		"":                                       0,
		" ,\n":                                   0,
		"whsec_":                                 0,
		strings.TrimPrefix(exampleSecret, "whse"): 0,
		strings.ToUpper(exampleSecret):            0,
		exampleSecret + exampleSecret:             0,
		exampleSecret + " whsec_":                 0,
		exampleSecret + "!":                       0,
		exampleSecret + ";" + otherSecret:         0,
		key(23):                                   0,
		key(65):                                   0,
		strings.TrimRight(key(32), "="):           0,
		strings.Repeat(exampleSecret+" ", 9):      0,
	} {
		secrets, err := watch.ParseSecrets(s)
		if len(secrets) != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d secrets, %v; want %d", s, len(secrets), err, want)
		}
		if err != nil && strings.Contains(err.Error(), exampleSecret[6:12]) {
			t.Errorf("an error shows a secret: %v", err)
		}
	}
}

func TestASecretDoesNotPrintItself(t *testing.T) {
	secrets := parseSecrets(t, otherSecret)
	encoded, err := json.Marshal(secrets)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{fmt.Sprint(secrets), fmt.Sprintf("%+v", secrets), fmt.Sprintf("%#v", secrets), fmt.Sprintf("%x %q", secrets[0], secrets), string(encoded)} {
		if strings.Contains(s, otherSecret[6:14]) || strings.Contains(s, "another") || strings.Contains(s, fmt.Sprintf("%x", "another")) || strings.Contains(s, "97 110") {
			t.Errorf("printed: %s", s)
		}
	}
}

// FuzzHook sends any message, signed by one of two known secrets, by an unknown one, or as it comes.
func FuzzHook(f *testing.F) {
	f.Add("POST", exampleID, exampleTimestamp, exampleSignature, []byte(exampleBody), byte(3))
	f.Add("POST", "a", exampleTimestamp, "v1,AAAA v1a,AAAA", []byte{}, byte(0))
	f.Add("POST", "a.b", exampleTimestamp, "", []byte("1.2"), byte(1))
	f.Add("POST", "a", "1614265630", "", []byte("x"), byte(1))
	f.Add("POST", "a", "0001614265330", "v1", []byte("x"), byte(0))
	f.Add("GET", "a", exampleTimestamp, "", []byte("x"), byte(2))
	known := parseSecrets(f, exampleSecret+" "+otherSecret)
	unknown := parseSecrets(f, "whsec_"+base64.StdEncoding.EncodeToString([]byte("a key that the hook was not told")))[0]
	f.Fuzz(func(t *testing.T, method, id, timestamp, signature string, body []byte, by byte) {
		genuine := false
		switch by % 4 {
		case 0, 1:
			signature += " " + known[by%4].Sign(id, timestamp, body)
			genuine = true
		case 2:
			signature += " " + unknown.Sign(id, timestamp, body)
		}
		for _, secret := range known {
			// What is there as it comes may be genuine as well: the example is.
			genuine = genuine || strings.Contains(" "+signature+" ", " "+secret.Sign(id, timestamp, body)+" ")
		}
		r := newReceiver(t, exampleSecret+" "+otherSecret)
		send := func() *httptest.ResponseRecorder {
			request := httptest.NewRequest(http.MethodPost, "/hooks/rebuild", strings.NewReader(string(body)))
			request.Method = method
			request.Header["Webhook-Id"] = []string{id}
			request.Header["Webhook-Timestamp"] = []string{timestamp}
			request.Header["Webhook-Signature"] = []string{signature}
			return r.answer(request)
		}
		w := send()
		triggers := r.triggers.Load()
		seconds, err := strconv.ParseInt(timestamp, 10, 64)
		inWindow := err == nil && seconds >= exampleTime.Unix()-300 && seconds <= exampleTime.Unix()+300
		switch {
		case method != http.MethodPost:
			if w.Code != http.StatusMethodNotAllowed {
				t.Errorf("%q answered %d", method, w.Code)
			}
		case len(body) > 64<<10:
			if w.Code != http.StatusRequestEntityTooLarge {
				t.Errorf("a body of %d bytes answered %d", len(body), w.Code)
			}
		case w.Code == http.StatusAccepted:
			if !genuine || !inWindow || triggers != 1 {
				t.Errorf("accepted: genuine %t, in the window %t, triggered %d times", genuine, inWindow, triggers)
			}
		case w.Code == http.StatusBadRequest:
			if !genuine || inWindow {
				t.Errorf("refused for its time: genuine %t, in the window %t", genuine, inWindow)
			}
		case w.Code != http.StatusUnauthorized:
			t.Errorf("answered %d", w.Code)
		case genuine && by%4 < 2 && id == exampleID && timestamp == exampleTimestamp && strings.Count(signature, "v1,") == 1:
			t.Error("refused a message that is genuine")
		}
		if w.Code != http.StatusAccepted && triggers != 0 {
			t.Errorf("answered %d and triggered", w.Code)
		}
		checkAnswer(t, w)
		if again := send(); again.Code != w.Code || r.triggers.Load() != triggers {
			t.Errorf("repeated: answered %d, then %d; triggered %d times, then %d", w.Code, again.Code, triggers, r.triggers.Load())
		}
	})
}
