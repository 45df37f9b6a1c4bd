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

// For how long an interaction waits for its answer, and its token can be used.
const (
	answerTime = 3 * time.Second
	tokenTime  = 15 * time.Minute
)

// Types of interactions.
const (
	kindPing         = 1
	kindSlash        = 2 // also message commands
	kindComponent    = 3
	kindAutocomplete = 4
	kindSubmit       = 5
)

// Types of answers to interactions.
const (
	AnswerPong           = 1
	AnswerMessage        = 4
	AnswerDeferred       = 5
	AnswerDeferredUpdate = 6
	AnswerUpdate         = 7
	AnswerChoices        = 8
	AnswerModal          = 9
)

// Answer is what the application answered to an interaction at once.
type Answer struct {
	Type    int             // AnswerMessage, AnswerModal, …
	Data    json.RawMessage // of the answer, nil: none
	Message string          // the id of the message that it made or changed
	Via     string          // "callback", or the address of the interactions
	Took    time.Duration
}

// errUnanswered says that the application did not answer what a user did; Discord
// shows them that "this interaction failed".
var errUnanswered = errors.New("the application did not answer in time")

// Receipt is what becomes of something that a member did with the application.
type Receipt struct {
	ID, Token string
	done      chan struct{}
	answer    Answer
	err       error
}

// Wait returns the first answer, once it is there; when there is none within three
// seconds, or none that Discord takes, an error.
func (r *Receipt) Wait(ctx context.Context) (Answer, error) {
	select {
	case <-r.done:
		return r.answer, r.err
	case <-ctx.Done():
		return Answer{}, fmt.Errorf("wait for the application to answer: %w", ctx.Err())
	}
}

// Done is closed when the application answered, or it is too late.
func (r *Receipt) Done() <-chan struct{} { return r.done }

// interaction is something that a member did with the application.
type interaction struct {
	id, token string
	kind      int
	user      string
	channel   Channel
	data      object
	message   *message // whose component was used, or whose component opened the modal
	command   int      // type of the command: 1, or 3 on a message
	createdAt time.Time

	answered   bool
	ended      bool // answered, or too late
	opened     bool // by a modal: there is no original
	ephemeral  bool
	original   *message
	receipt    *Receipt
	answeredCh chan struct{}
	// then does what comes of the answer, with the lock held.
	onAnswer func(a Answer)
}

// interact tells the application of an interaction. The lock is held.
func (d *Discord) interact(i *interaction) *Receipt {
	i.id, i.createdAt = d.newID(), d.Clock.Now()
	i.token = "aW50ZXJhY3Rpb24" + d.newID()
	i.answeredCh = make(chan struct{})
	i.receipt = &Receipt{ID: i.id, Token: i.token, done: make(chan struct{})}
	d.interactions[i.token] = i
	payload, _ := json.Marshal(d.interactionPayload(i))
	if d.ctx.Err() != nil {
		d.endInteraction(i, errUnanswered)
		return i.receipt
	}
	d.inFlight++
	fired, stop := d.Clock.Timer(answerTime)
	url := d.InteractionsURL
	if url == "" {
		d.dispatch(event{name: "INTERACTION_CREATE", guild: i.channel.Guild, raw: payload})
	} else {
		d.deliveries = append(d.deliveries, Delivery{Time: i.createdAt, Event: "INTERACTION_CREATE", Payload: payload, URL: url})
	}
	d.work.Go(func() {
		defer stop()
		if url != "" {
			ctx, cancel := context.WithCancel(d.ctx)
			defer cancel()
			d.work.Go(func() { d.deliverInteraction(ctx, i, url, payload) })
		}
		select {
		case <-i.answeredCh:
		case <-fired:
		case <-d.ctx.Done():
		}
		defer d.mu.Changing()()
		d.endInteraction(i, errUnanswered)
		d.inFlight--
	})
	return i.receipt
}

// endInteraction ends the wait for an answer, with an error unless there is one. The lock is
// held.
func (d *Discord) endInteraction(i *interaction, failure error) {
	if i.ended {
		return
	}
	i.ended = true
	if !i.answered {
		i.receipt.err = failure
	}
	close(i.receipt.done)
}

// interactionPayload is an interaction as the application gets it.
func (d *Discord) interactionPayload(i *interaction) object {
	u, _ := d.user(i.user)
	where := d.channelPayload(i.channel)
	where["permissions"] = bitString(d.permissions(i.user, i.channel))
	out := object{
		"id": i.id, "application_id": ApplicationID, "type": i.kind, "token": i.token, "version": 1, "data": i.data,
		"channel_id": i.channel.ID, "channel": where, "locale": u.Locale, "entitlements": []any{}, "attachment_size_limit": maxFile,
		"app_permissions": bitString(d.permissions(BotUser, i.channel)),
	}
	if g, ok := d.guild(i.channel.Guild); ok {
		member := u.memberPayload()
		member["permissions"] = where["permissions"]
		out["member"], out["guild_id"], out["guild_locale"], out["context"] = member, g.ID, g.Locale, 0
		out["guild"] = object{"id": g.ID, "locale": g.Locale, "features": []any{}}
		out["authorizing_integration_owners"] = object{"0": g.ID}
	} else {
		out["user"], out["context"] = u.payload(), 1
		out["authorizing_integration_owners"] = object{"0": "0"}
	}
	if i.message != nil {
		out["message"] = d.messagePayload(i.message)
	}
	return deepCopy(out)
}

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
	defer func() { _ = answer.Body.Close() }()
	response, err := io.ReadAll(io.LimitReader(answer.Body, maxHTTPAnswer))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("interact with %s: %w", url, err)
	}
	return answer.StatusCode, answer.Header, response, nil
}

// Sign is the signature of a body at a time, as Discord makes it.
func Sign(stamp string, body []byte) string {
	return hex.EncodeToString(ed25519.Sign(PrivateKey, append([]byte(stamp), body...)))
}

// deliverInteraction sends an interaction, and takes the answer as its first one.
func (d *Discord) deliverInteraction(ctx context.Context, i *interaction, url string, body []byte) {
	stamp := strconv.FormatInt(d.Stamp().Unix(), 10)
	status, header, response, err := d.postSigned(ctx, url, body, stamp, Sign(stamp, body))
	defer d.mu.Changing()()
	switch {
	case i.ended:
		return
	case err == nil && status == http.StatusAccepted && len(response) == 0:
		return // it answers by the callback
	case err == nil && status != http.StatusOK:
		err = fmt.Errorf("%w: %s answered with status %d", errUnanswered, url, status)
	case err == nil:
		err = d.takeHTTPAnswer(i, url, header.Get("Content-Type"), response)
	}
	if err != nil {
		d.Logger.Debug("interaction over HTTP", "error", err)
		d.endInteraction(i, err)
		close(i.answeredCh)
	}
}

// takeHTTPAnswer takes the body of an answer. The lock is held.
func (d *Discord) takeHTTPAnswer(i *interaction, url, contentType string, response []byte) error {
	kind, params, _ := mime.ParseMediaType(contentType)
	c := &call{Discord: d}
	switch kind {
	case "application/json":
	case "multipart/form-data":
		var err error
		if response, err = c.readParts(multipart.NewReader(bytes.NewReader(response), params["boundary"])); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%w: the answer is of the type %q", errUnanswered, contentType)
	}
	if err := c.decodeJSON(response); err != nil {
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
	status, header, response, err := d.postSigned(ctx, url, body, stamp, Sign(stamp, body))
	if err != nil {
		return err
	}
	var pong struct{ Type int }
	if kind, _, _ := mime.ParseMediaType(header.Get("Content-Type")); status != http.StatusOK || kind != "application/json" || json.Unmarshal(response, &pong) != nil || pong.Type != AnswerPong {
		return fmt.Errorf("a PING was answered with status %d, %q: %w", status, response, errUnanswered)
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
