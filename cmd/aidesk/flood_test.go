//go:build linux && !race

package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/core/model/modeltest"
)

// TestFlood: 400 connections that send most of a large body and then no more hold little
// memory, and a member is answered meanwhile. Memory is read from /proc, and means nothing under the race detector.
func TestFlood(t *testing.T) {
	proxy := newProxy(t)
	fake := fakeSlackIn(t, "http", proxy)
	model := modeltest.NewChat(t, modeltest.Text("Good morning to you."), modeltest.Text("Still here."))
	s := serving(t, fake, proxy, served(t, t.TempDir(), "http", fake, model.URL))
	s.ask("good morning")
	faketest.Until(t, fake, "an answer", func() bool { return said(fake, "Good morning to you.") })

	before := s.memory()
	body := bytes.Repeat([]byte("x"), 1000<<10)
	address := strings.TrimPrefix(s.url, "http://")
	for i := range 400 {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		stamp := strconv.FormatInt(time.Now().Unix(), 10)
		signature := ""
		switch i % 3 {
		case 1: // headers as Slack would send them, but by somebody who does not know the secret
			signature = strings.Repeat("0", 64)
		case 2: // and by somebody who replays
			mac := hmac.New(sha256.New, []byte(fakeslack.SigningSecret))
			fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
			signature = hex.EncodeToString(mac.Sum(nil))
		}
		head := fmt.Sprintf("POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", len(body))
		if signature != "" {
			head += "X-Slack-Request-Timestamp: " + stamp + "\r\nX-Slack-Signature: v0=" + signature + "\r\n"
		}
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = conn.Write([]byte(head + "\r\n"))
		_, _ = conn.Write(body[:len(body)-1]) // fails where it is already refused
	}
	for range maxConnections { // and as many as there is room for that send nothing
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	began := time.Now()
	if status, line := s.get("/healthz"); status != http.StatusOK || time.Since(began) > 3*time.Second {
		t.Errorf("/healthz during the flood: %d %s after %v", status, line, time.Since(began))
	}
	s.ask("and now?")
	faketest.Until(t, fake, "an answer during the flood", func() bool { return said(fake, "Still here.") })
	if more := s.memory() - before; more > 100<<20 {
		t.Errorf("the flood holds %d MiB", more>>20)
	} else {
		t.Logf("the flood holds %d MiB", more>>20)
	}
}

// memory is the largest resident memory that the program had, in bytes.
func (s *server) memory() int {
	s.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		s.t.Fatalf("no peak in %s", status)
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		s.t.Fatal(err)
	}
	return n << 10
}
