package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The service manager hears that the service is ready when the site stands, not before: it
// listens at a socket as systemd does (sd_notify(3)).
func TestTheServiceManagerHearsWhenTheSiteStands(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	writeLines(t, "records.ndjson", sampleLines(t, 20))
	for _, name := range []string{"notify", "@registry-notify-" + filepath.Base(filepath.Dir(dir))} {
		address := name
		if name[0] == '@' {
			address = "\x00" + name[1:]
		}
		socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		env := func(key string) (string, bool) { return name, key == "NOTIFY_SOCKET" }
		var output bytes.Buffer
		ended := make(chan int, 1)
		go func() {
			ended <- run(ctx, []string{"watch", "--source", "records.ndjson"}, process{&output, &output, env, time.Now})
			socket.Close() // so that nobody waits for a word that will not come
		}()
		said := make([]byte, 64)
		n, err := socket.Read(said)
		if err != nil {
			<-ended
			t.Fatalf("%v\n%s", err, output.String())
		}
		if string(said[:n]) != "READY=1" {
			t.Errorf("said %q", said[:n])
		}
		if _, err := os.Stat("public/status.json"); err != nil {
			t.Errorf("ready before the site stood: %v", err)
		}
		stop()
		if status := <-ended; status != exitDone {
			t.Errorf("status %d\n%s", status, output.String())
		}
	}
	// Nobody listens, or nobody asked: the site is what matters.
	notifySystemd(func(string) (string, bool) { return filepath.Join(dir, "nobody"), true }, "READY=1")
	notifySystemd(func(string) (string, bool) { return "", false }, "READY=1")
}
