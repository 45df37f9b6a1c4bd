// Package model is what aidesk asks of a language model, whoever makes it: one
// interface, and the words of a transcript.
//
// Implementations live in leaf packages: openai, anthropic and planner, script for
// tests. Package middleware has the Models that stand around another one. The types
// here are plain JSON and provider-neutral; they are what the store keeps.
package model

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Model answers requests. Generate may be called concurrently.
type Model interface {
	Info() Info

	// Generate answers one request. on, when not nil, gets text as it comes and
	// each call once it is complete; it is called from one goroutine and must not
	// block. The answer counts only when Generate returns without error: a cut
	// stream is an *Error of kind Truncated. ctx ends it at any time.
	Generate(ctx context.Context, r *Request, on func(Event)) (*Response, error)
}

// Info describes a model.
type Info struct {
	Wire   string // "openai", "openai-chat", "anthropic", "planner", "script"
	Name   string // the provider's name of the model
	Host   string // who receives what members write; empty: nobody outside this process
	Notice string // shown once to each member, with the first answer; empty: none
	Window int    // tokens that it can read and write in all; 0: not known
	Image  int64  // bytes of the largest picture that it reads (PNG, JPEG, WebP, GIF); 0: it sees none
	PDF    int64  // bytes of the largest PDF that it reads; 0: none

	// Literal says that it is no language model: what it calls stands in the member's
	// own words. It may see every tool, since that costs nothing, and carries nothing
	// from one result into another call.
	Literal bool
}

// Request is everything a model sees.
type Request struct {
	System   []string  // our own words only, never a plugin's or a member's
	Brief    []string  // what aidesk offers here, made from plugins' texts: data, sent framed on the user's side
	Messages []Message // the transcript; every call in it is answered
	Above    string    `json:",omitempty"` // what others said before the newest words of a member: data, sent framed with these words
	Files    []File    `json:",omitempty"` // that the member attached to these words; of no earlier turn, since files are not kept
	Tools    []Tool    // sorted by name
	Now      time.Time // in the member's zone; wires send it with the newest words of a member, so that what stands before stays the same
	Locale   string    // BCP 47; sent with Now
	CacheKey string    // the same for requests that share a beginning
	Size     int       `json:"-"` // estimated tokens of Messages, where they were counted; 0: they were not
}

// File is what a member attached. A model gets pictures and PDFs of which its Info says
// that it reads them, and text.
type File struct {
	Name string
	Type string // "image/png", "application/pdf"; TextFile for everything that is text
	Data []byte
}

// TextFile is the Type of a File that is sent as framed text.
const TextFile = "text/plain"

// Tool is an operation as a model sees it.
type Tool struct {
	Name        string          `json:"name"`    // [A-Za-z][A-Za-z0-9_-]{0,63}
	Typed       string          `json:"typed"`   // how a member types it: plugin.operation
	Plugin      string          `json:"plugin"`  // the plugin's name for people
	Summary     string          `json:"summary"` // one line for people
	Description string          `json:"description"`
	Schema      json.RawMessage `json:"schema"`             // JSON Schema of an object: parameters, and body where there is one
	Examples    []string        `json:"examples,omitempty"` // utterances with {slots} that name arguments
	Sample      json.RawMessage `json:"sample,omitempty"`   // arguments of one typical call
	Write       bool            `json:"write,omitempty"`    // it changes something: its call is parked until a member approves
}

// Role is who speaks in a Message.
type Role string

// The roles of a transcript. An outcome is what became of a call that was parked,
// told later; wires send it as framed data on the user's side.
const (
	User      Role = "user"
	Assistant Role = "assistant"
	ToolRole  Role = "tool"
	Outcome   Role = "outcome"
)

// Version is that of the stored form of a Message.
const Version = 1

// Message is one entry of a transcript.
type Message struct {
	V     int    `json:"v"`
	Role  Role   `json:"role"`
	Name  string `json:"name,omitempty"` // of a user's message: the member's name
	Parts []Part `json:"parts"`
}

// Part is one piece of a message; exactly one field is set.
type Part struct {
	Text   string      `json:"text,omitempty"`
	Call   *ToolCall   `json:"call,omitempty"`
	Result *ToolResult `json:"result,omitempty"`
	Choice *Choice     `json:"choice,omitempty"`
	Opaque *Opaque     `json:"opaque,omitempty"`
}

// Choice is something the member may want next; it becomes a button. A press says
// Say in the member's stead or, when Tool is set, opens a form for that tool with
// Args filled in: nothing is called before the member sends the form.
type Choice struct {
	Label string          `json:"label"` // at most 34 characters
	Say   string          `json:"say"`
	Tool  string          `json:"tool,omitempty"` // a tool's name
	Args  json.RawMessage `json:"args,omitempty"` // some of its arguments, in the shape of its schema; none when empty
}

// ToolCall is a model's wish to call a tool.
type ToolCall struct {
	ID      string          `json:"id"` // unique in the transcript
	Name    string          `json:"name"`
	Args    json.RawMessage `json:"args"`
	Invalid string          `json:"invalid,omitempty"` // what the model sent, when it was not JSON; Args is {} then
}

// Status is what became of a call.
type Status string

// The statuses of a result and of an outcome.
const (
	OK       Status = "ok"
	Failed   Status = "error"
	Waiting  Status = "waiting"  // parked until the member decides; the outcome comes later
	Declined Status = "declined" // the member said no
	Expired  Status = "expired"
	Replaced Status = "replaced" // the member changed what they asked for
	Denied   Status = "denied"   // a rule forbids it
	Unknown  Status = "unknown"  // it was sent and nobody knows whether it happened
)

// ToolResult answers a call.
type ToolResult struct {
	CallID    string   `json:"call"`
	Operation string   `json:"operation"` // the tool's name
	Status    Status   `json:"status"`
	Content   string   `json:"content"`            // JSON where the plugin gave JSON
	Edited    string   `json:"edited,omitempty"`   // the arguments, where the member changed those of the call before deciding
	LeftOut   string   `json:"left_out,omitempty"` // in words, what Content lacks
	Plugins   []string `json:"plugins,omitempty"`  // whose data it is, by id
	Account   string   `json:"account,omitempty"`  // under whose login it was read; empty: under none
}

// Opaque is a provider's own state, kept as it came and replayed only to the model
// that made it: others do not understand it, and some refuse it.
type Opaque struct {
	Wire  string          `json:"wire"`
	Model string          `json:"model"`
	Host  string          `json:"host,omitempty"`
	Raw   json.RawMessage `json:"raw"`
}

// Of reports whether the state is that of a model.
func (o Opaque) Of(i Info) bool { return o.Wire == i.Wire && o.Model == i.Name && o.Host == i.Host }

// Stop is why a model stopped.
type Stop string

// The reasons to stop.
const (
	End     Stop = "end"
	Calls   Stop = "calls"
	Length  Stop = "length"
	Refusal Stop = "refusal"
)

// Usage counts tokens. Input is all that was read, CacheRead and CacheWrite among it;
// Output is all that was written, Reasoning among it.
type Usage struct {
	Input, Output, CacheRead, CacheWrite, Reasoning int
	Estimated                                       bool // the server did not count
}

// Plus adds two usages.
func (u Usage) Plus(o Usage) Usage {
	return Usage{
		Input: u.Input + o.Input, Output: u.Output + o.Output, CacheRead: u.CacheRead + o.CacheRead,
		CacheWrite: u.CacheWrite + o.CacheWrite, Reasoning: u.Reasoning + o.Reasoning, Estimated: u.Estimated || o.Estimated,
	}
}

// Response is a model's whole answer.
type Response struct {
	Message Message // role Assistant
	Stop    Stop
	Usage   Usage
	ID      string // the provider's, for the log
}

// Event is a piece of an answer on its way.
type Event struct {
	Text  string
	Call  *ToolCall // complete
	Again bool      // what came before is void: the answer begins anew
}

// Kind says what sort of failure an Error is.
type Kind string

// The kinds of failure.
const (
	Auth       Kind = "auth"
	Rate       Kind = "rate"
	Overloaded Kind = "overloaded"
	Context    Kind = "context" // the request is too long
	BadRequest Kind = "bad_request"
	Refused    Kind = "refused"
	Truncated  Kind = "truncated" // the stream was cut
	Network    Kind = "network"
	NotHere    Kind = "not_here" // the model may not have the words: nothing was sent
	Protocol   Kind = "protocol" // the server does not speak the wire
)

// Error is a failed request to a model.
type Error struct {
	Kind       Kind
	Status     int           // of HTTP, where there was one
	RetryAfter time.Duration // zero: not said
	Message    string        // one line for the operator; never what was sent
}

// Error names kind, status and message.
func (e *Error) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("model: %s (HTTP %d): %s", e.Kind, e.Status, e.Message)
	}
	return fmt.Sprintf("model: %s: %s", e.Kind, e.Message)
}

// TextOf joins the text parts of a message.
func (m Message) TextOf() string {
	var b strings.Builder
	for _, p := range m.Parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// CallsOf lists the calls of a message, in order.
func (m Message) CallsOf() []ToolCall {
	var calls []ToolCall
	for _, p := range m.Parts {
		if p.Call != nil {
			calls = append(calls, *p.Call)
		}
	}
	return calls
}
