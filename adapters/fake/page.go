package fake

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Page is what a page in a browser shows of a platform: a channel as one of its members
// sees it, with messages, forms and commands in the platform's own JSON.
type Page struct {
	Platform string `json:"platform"` // "slack", "discord"
	Base     string `json:"base"`     // the address of the fake, below which its own links are
	Version  int    `json:"version"`  // of the state that it shows

	User     string    `json:"user"`
	Channel  string    `json:"channel"`
	App      Person    `json:"app"`
	Users    []Person  `json:"users"`
	Channels []Place   `json:"channels"`
	Messages []Message `json:"messages"`

	Commands  []any    `json:"commands"` // those that the user can give
	Menu      []string `json:"menu"`     // what can be chosen for a message, by what chooses it
	Forms     []any    `json:"forms"`    // that are open, the topmost last
	Home      any      `json:"home"`     // the user's home page of the app; nil: there is none
	HasHome   bool     `json:"has_home"` // the platform has home pages
	Connected int      `json:"connected"`
}

// Person is a user.
type Person struct {
	ID       string `json:"id"`
	Name     string `json:"name"`      // as it is typed after @
	RealName string `json:"real_name"` // as it stands beside messages
	Standing string `json:"standing"`  // "administrator", "guest", "stranger"; empty: a member
}

// Place is a channel.
type Place struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Direct bool   `json:"direct"` // a direct message with the app
}

// Message is a message of the page.
type Message struct {
	ID        string    `json:"id"`
	Author    string    `json:"author"` // as it stands beside the message
	FromApp   bool      `json:"from_app"`
	Own       bool      `json:"own"` // the user's
	Time      time.Time `json:"time"`
	Ephemeral bool      `json:"ephemeral"` // only the user sees it
	Edited    bool      `json:"edited"`
	Status    string    `json:"status"`  // what the app says that it is doing below the message
	Thread    string    `json:"thread"`  // what a reply has to name
	Replies   []Message `json:"replies"` // its thread
	Body      any       `json:"body"`    // the platform's JSON
}

// Raw is the JSON of what is about to change: the page is written without the lock.
func Raw(v any) json.RawMessage {
	out, _ := json.Marshal(v)
	return out
}

// longPoll is how long servePage waits at most.
const longPoll = 25 * time.Second

// servePage answers with a channel (?channel=) as one of its members (?user=) sees it; with
// ?after=12 as soon as the version is above 12, or after a while. What it answers and the
// version come from the same moment, so that no change is lost between two questions.
func (c *Console[R]) servePage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if after, err := strconv.Atoi(q.Get("after")); err == nil && !c.changed(r.Context(), after) {
		return
	}
	writeJSON(w, http.StatusOK, c.page(q))
}

func (c *Console[R]) page(q url.Values) Page { return c.Page(q.Get("user"), q.Get("channel")) }

// changed waits until the version is above one, or for a while. It is false when nobody
// waits for the answer any more.
func (c *Console[R]) changed(ctx context.Context, after int) bool {
	ctx, cancel := context.WithTimeout(ctx, longPoll)
	defer cancel()
	defer context.AfterFunc(c.Ended, cancel)()
	_, err := c.State.After(ctx, after)
	return err == nil || errors.Is(ctx.Err(), context.DeadlineExceeded)
}

// Pictures reports whether an address is that of a picture in what a message is made of.
func Pictures(parts any, address string) bool {
	switch v := parts.(type) {
	case []any:
		return slices.ContainsFunc(v, func(part any) bool { return Pictures(part, address) })
	case map[string]any:
		for key, part := range v {
			if text, ok := part.(string); ok {
				if (key == "image_url" || key == "url") && text == address {
					return true
				}
			} else if Pictures(part, address) {
				return true
			}
		}
	}
	return false
}
