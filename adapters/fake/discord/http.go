package discord

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"
)

// maxHTTPAnswer is how long an answer to an interaction over HTTP may be, in bytes.
const maxHTTPAnswer = maxBody

// postSigned posts a signed body. An answer with a status that is not good is no error.
func (d *Discord) postSigned(ctx context.Context, url string, body []byte, stamp, signature string) (int, http.Header, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("interact with %s: %w", url, err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)")
	r.Header.Set("X-Signature-Timestamp", stamp)
	r.Header.Set("X-Signature-Ed25519", signature)
	answer, err := d.Client.Do(r)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("interact with %s: %w", url, err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, maxHTTPAnswer))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("interact with %s: %w", url, err)
	}
	return answer.StatusCode, answer.Header, said, nil
}

// Sign is the signature of a body at a time, as Discord makes it.
func Sign(stamp string, body []byte) string {
	return hex.EncodeToString(ed25519.Sign(PrivateKey, append([]byte(stamp), body...)))
}

// deliverInteraction sends an interaction, and takes the answer as its first one.
func (d *Discord) deliverInteraction(ctx context.Context, i *interaction, url string, body []byte) {
	stamp := strconv.FormatInt(d.Stamp().Unix(), 10)
	status, header, said, err := d.postSigned(ctx, url, body, stamp, Sign(stamp, body))
	defer d.mu.Changing()()
	switch {
	case i.ended:
		return
	case err == nil && status == http.StatusAccepted && len(said) == 0:
		return // it answers by the callback
	case err == nil && status != http.StatusOK:
		err = fmt.Errorf("%w: %s answered with status %d", errUnanswered, url, status)
	case err == nil:
		err = d.takeHTTPAnswer(i, url, header.Get("Content-Type"), said)
	}
	if err != nil {
		d.Logger.Debug("interaction over HTTP", "error", err)
		d.endInteraction(i, err)
		close(i.answeredCh)
	}
}

// takeHTTPAnswer takes the body of an answer. The lock is held.
func (d *Discord) takeHTTPAnswer(i *interaction, url, contentType string, said []byte) error {
	kind, params, _ := mime.ParseMediaType(contentType)
	c := &call{Discord: d}
	switch kind {
	case "application/json":
	case "multipart/form-data":
		var err error
		if said, err = c.readParts(multipart.NewReader(bytes.NewReader(said), params["boundary"])); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%w: the answer is of the type %q", errUnanswered, contentType)
	}
	if err := c.decodeJSON(said); err != nil {
		return err
	}
	return d.acknowledge(i, c.form, c.files, url)
}

// SetInteractionsURL changes where interactions are sent; empty: to the gateway.
func (d *Discord) SetInteractionsURL(url string) {
	defer d.mu.Changing()()
	d.InteractionsURL = url
}

// Verify does what Discord does when somebody enters the address of interactions, and
// from time to time after: a PING has to be answered, and one with a wrong signature
// refused with 401.
func (d *Discord) Verify(ctx context.Context) error {
	d.mu.Lock()
	url := d.InteractionsURL
	body, _ := json.Marshal(object{"id": d.newID(), "application_id": ApplicationID, "type": kindPing, "token": "ping", "version": 1})
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	stamp := strconv.FormatInt(d.Stamp().Unix(), 10)
	status, header, said, err := d.postSigned(ctx, url, body, stamp, Sign(stamp, body))
	if err != nil {
		return err
	}
	var pong struct{ Type int }
	if kind, _, _ := mime.ParseMediaType(header.Get("Content-Type")); status != http.StatusOK || kind != "application/json" || json.Unmarshal(said, &pong) != nil || pong.Type != AnswerPong {
		return fmt.Errorf("a PING was answered with status %d, %q: %w", status, said, errUnanswered)
	}
	wrong := []struct{ stamp, signature string }{
		{stamp, Sign(stamp, append([]byte("x"), body...))},
		{strconv.FormatInt(d.Stamp().Add(time.Second).Unix(), 10), Sign(stamp, body)},
		{stamp, ""},
	}
	for _, w := range wrong {
		if status, _, _, err = d.postSigned(ctx, url, body, w.stamp, w.signature); err != nil {
			return err
		}
		if status != http.StatusUnauthorized {
			return errors.New("a wrong signature was answered with status " + strconv.Itoa(status))
		}
	}
	return nil
}
