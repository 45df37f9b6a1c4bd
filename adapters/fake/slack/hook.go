package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// noRetry is the failure of an event that the app does not want again.
const noRetry = "no retry wanted"

// requestURL is the request URL for a kind of delivery. The lock is held.
func (s *Slack) requestURL(k Kind) string {
	switch k {
	case Commands:
		return s.App.CommandsURL
	case Interactive:
		return s.App.InteractivityURL
	default:
		return s.App.EventsURL
	}
}

// Sign gives a request the headers by which an app knows that it is Slack's: the time
// of the Stamp, and the signature of that and the body under a secret.
func (s *Slack) Sign(r *http.Request, body []byte, secret string) {
	at := strconv.FormatInt(s.Stamp().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "v0:%s:%s", at, body)
	r.Header.Set("X-Slack-Request-Timestamp", at)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// encodePayload is a payload as it goes to a request URL, and its type.
func encodePayload(d Delivery) ([]byte, string) {
	const form = "application/x-www-form-urlencoded"
	switch d.Kind {
	case Interactive:
		return []byte(url.Values{"payload": {string(d.Payload)}}.Encode()), form
	case Commands:
		values := url.Values{}
		for k, v := range argsOfJSON(d.Payload) {
			values.Set(k, v)
		}
		return []byte(values.Encode()), form
	default:
		return d.Payload, "application/json"
	}
}

// deliverByHTTP posts a delivery to its request URL.
func (s *Slack) deliverByHTTP(d Delivery, late <-chan time.Time) Delivery {
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	ended := make(chan struct{})
	defer close(ended)
	s.work.Go(func() {
		select {
		case <-late:
			cancel(errAckTimeout)
		case <-ended:
		}
	})
	text, kind := encodePayload(d)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Via, bytes.NewReader(text))
	if err != nil {
		d.Failure = "connection_failed"
		return d
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	s.Sign(r, text, SigningSecret)
	if d.Attempt > 0 {
		r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(d.Attempt))
		r.Header.Set("X-Slack-Retry-Reason", d.Reason)
	}
	answer, err := s.Client.Do(r)
	switch {
	case errors.Is(context.Cause(ctx), errAckTimeout):
		d.Failure = "http_timeout"
	case err != nil && strings.Contains(err.Error(), "redirects"):
		d.Failure = "too_many_redirects"
	case err != nil:
		d.Failure = "connection_failed"
	default:
		defer answer.Body.Close()
		d.Status = answer.StatusCode
		d.Answer, err = io.ReadAll(io.LimitReader(answer.Body, 1<<20))
		switch {
		case errors.Is(context.Cause(ctx), errAckTimeout):
			d.Failure = "http_timeout"
		case err != nil:
			d.Failure = "connection_failed"
		case answer.StatusCode >= 200 && answer.StatusCode < 300:
			d.Acked = true
		case answer.Header.Get("X-Slack-No-Retry") == "1":
			d.Failure = noRetry
		default:
			d.Failure = "http_error"
		}
	}
	return d
}

var errAckTimeout = errors.New("late")

// Verify asks the events URL to prove that it is the app's, as Slack does when an
// admin enters it.
func (s *Slack) Verify(ctx context.Context) error {
	challenge := "challenge-" + s.Code()
	text, _ := json.Marshal(object{"type": "url_verification", "token": verificationToken, "challenge": challenge})
	answer, err := s.postSigned(ctx, Events, "application/json", text)
	if err != nil {
		return err
	}
	if said := argsOfJSON(answer); said["challenge"] != challenge && strings.TrimSpace(said["text"]) != challenge {
		return fmt.Errorf("the events URL did not repeat the challenge, it said %.100q", answer)
	}
	return nil
}

// CheckSSL asks the commands URL whether its certificate is good, as Slack does now
// and then. Nothing but a success is wanted.
func (s *Slack) CheckSSL(ctx context.Context) error {
	_, err := s.postSigned(ctx, Commands, "application/x-www-form-urlencoded", []byte("token="+verificationToken+"&ssl_check=1"))
	return err
}

// postSigned sends a signed request to a request URL and returns the body of a good answer.
func (s *Slack) postSigned(ctx context.Context, of Kind, kind string, text []byte) ([]byte, error) {
	s.mu.Lock()
	to := s.requestURL(of)
	s.mu.Unlock()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	r.Header.Set("Content-Type", kind)
	s.Sign(r, text, SigningSecret)
	answer, err := s.Client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask the app: %w", err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read what the app says: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return said, fmt.Errorf("%s answered %s", to, answer.Status)
	}
	return said, nil
}
