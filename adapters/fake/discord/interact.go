package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
