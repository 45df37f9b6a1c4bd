package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"aidesk/adapters/fake/slack/rule"
)

// View is a modal, or somebody's home page of the app.
type View struct {
	ID     string
	User   string
	Home   bool
	Title  string
	Submit string
	Blocks json.RawMessage

	CallbackID string
	Metadata   string            // private_metadata
	External   string            // external_id
	Errors     map[string]string // by block, as the app judged the last submission
	Closed     bool
	Hash       string
	Depth      int // how many views are below it
}

// view is a View as it is kept.
type view struct {
	View
	body   object
	blocks []any
	filled map[string]string // by block, what its user filled in; it stays while the modal is open
	below  *view
	root   string
	team   Team
}

// maxViews is how many modals stand on each other.
const maxViews = 3

// readView reads and checks a view.
func (s *Slack) readView(raw string, home bool) (*view, error) {
	body, err := rule.View(raw, home, s.Unfetchable)
	if err != nil {
		return nil, err
	}
	list, _ := body["blocks"].([]any)
	s.assignIDs(list)
	out := &view{body: body, blocks: list, team: s.Team}
	out.Home = home
	out.Blocks, _ = json.Marshal(list)
	out.Title, out.Submit = textOfObject(body["title"]), textOfObject(body["submit"])
	out.CallbackID, _ = body["callback_id"].(string)
	out.Metadata, _ = body["private_metadata"].(string)
	out.External, _ = body["external_id"].(string)
	return out, nil
}

// textOfObject is the text of a text object.
func textOfObject(v any) string {
	o, _ := v.(object)
	s, _ := o["text"].(string)
	return s
}

// payload is the view as Slack sends it.
func (v *view) payload(values object) object {
	if values == nil {
		values = object{}
	}
	out := object{
		"id": v.ID, "team_id": v.team.ID, "type": "modal", "blocks": v.blocks, "private_metadata": v.Metadata, "callback_id": v.CallbackID,
		"external_id": v.External, "state": object{"values": values}, "hash": v.Hash, "root_view_id": v.root, "previous_view_id": nil,
		"app_id": AppID, "app_installed_team_id": v.team.ID, "bot_id": v.team.BotID, "clear_on_close": v.body["clear_on_close"] == true,
		"notify_on_close": v.body["notify_on_close"] == true, "title": v.body["title"], "submit": v.body["submit"], "close": v.body["close"],
	}
	if v.below != nil {
		out["previous_view_id"] = v.below.ID
	}
	if v.Home {
		out["type"] = "home"
		delete(out, "submit")
		delete(out, "close")
		out["title"] = object{"type": "plain_text", "text": "View Title", "emoji": true}
	}
	return out
}

// Views are the modals that a user has open, the topmost last.
func (s *Slack) Views(user string) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []View
	for _, v := range s.views {
		if v.User == user && !v.Closed {
			out = append(out, v.View)
		}
	}
	return out
}

// Home is a user's home page of the app, if one was published.
func (s *Slack) Home(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.homes[user]
	if v == nil {
		return View{}, false
	}
	return v.View, true
}

// pushView opens a view on top of another, or of none. The lock is held.
func (s *Slack) pushView(v *view, user string, below *view) *view {
	v.ID, v.User, v.Hash, v.below = s.newID("V"), user, s.newHash(), below
	v.root = v.ID
	if below != nil {
		v.root, v.Depth = below.root, below.Depth+1
	}
	s.views = append(s.views, v)
	return v
}

func (s *Slack) newHash() string { return s.newTS() + "." + s.newID("h") }

// replaceWith makes a view say what another says.
func (v *view) replaceWith(s *Slack, next *view) {
	next.ID, next.User, next.below, next.root, next.Depth, next.Home = v.ID, v.User, v.below, v.root, v.Depth, v.Home
	next.Hash = s.newHash()
	*v = *next
}

// trigger lets an app open a modal for who caused it.
type trigger struct {
	user    string
	expires time.Time
	used    bool
	view    *view // the modal in which it was caused
}

// triggerLifetime is how long that is possible.
const triggerLifetime = 3 * time.Second

// newTrigger makes one. The lock is held.
func (s *Slack) newTrigger(user string, in *view) string {
	id := s.newID("1000.2000.")
	s.triggers[id] = &trigger{user: user, expires: s.Clock.Now().Add(triggerLifetime), view: in}
	return id
}

// useTrigger uses the trigger of a call.
func (c *call) useTrigger() (*trigger, error) {
	t := c.triggers[c.args["trigger_id"]]
	switch {
	case t == nil:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case c.Clock.Now().After(t.expires):
		return nil, refuse("expired_trigger_id")
	}
	return t, nil
}

// checkExternalID checks that no other view has the external id.
func (c *call) checkExternalID(v *view) error {
	for _, o := range c.views {
		if v.External != "" && o.External == v.External && !o.Closed {
			return refuse("duplicate_external_id")
		}
	}
	return nil
}

func viewOpen(c *call) (object, error) { return c.openView(false) }
func viewPush(c *call) (object, error) { return c.openView(true) }

func (c *call) openView(push bool) (object, error) {
	v, err := c.readView(c.args["view"], false)
	if err != nil {
		return nil, err
	}
	t, err := c.useTrigger()
	if err != nil {
		return nil, err
	}
	if err := c.checkExternalID(v); err != nil {
		return nil, err
	}
	var below *view
	if push {
		switch {
		case t.view == nil || t.view.Closed:
			return nil, refuse("not_found")
		case t.view.Depth+1 >= maxViews:
			return nil, refuse("push_limit_reached")
		}
		below = t.view
	}
	t.used = true
	return object{"view": c.pushView(v, t.user, below).payload(nil)}, nil
}

func viewUpdate(c *call) (object, error) {
	next, err := c.readView(c.args["view"], false)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(c.views, func(v *view) bool {
		return !v.Closed && (v.ID == c.args["view_id"] || c.args["external_id"] != "" && v.External == c.args["external_id"])
	})
	if at < 0 {
		return nil, refuse("not_found")
	}
	v := c.views[at]
	if h := c.args["hash"]; h != "" && h != v.Hash {
		return nil, refuse("hash_conflict")
	}
	v.replaceWith(c.Slack, next)
	return object{"view": v.payload(nil)}, nil
}

func viewPublish(c *call) (object, error) {
	u, ok := c.user(c.args["user_id"])
	if !ok || u.Deleted {
		return nil, refuseArgs("[ERROR] invalid user_id [json-pointer:/user_id]")
	}
	next, err := c.readView(c.args["view"], true)
	if err != nil {
		return nil, err
	}
	v := c.homes[u.ID]
	if h := c.args["hash"]; h != "" && v != nil && h != v.Hash {
		return nil, refuse("hash_conflict")
	}
	if v == nil {
		v = &view{View: View{ID: c.newID("V"), User: u.ID}}
		v.root = v.ID
		c.homes[u.ID] = v
	}
	next.Home = true
	v.Home = true
	v.replaceWith(c.Slack, next)
	return object{"view": v.payload(nil)}, nil
}

// Submit lets a user submit the modal with this id. The values are by action_id or by
// block_id; of an option its value, of several one a line. What is not among them is as
// the user filled it in last, or else the app. Slack itself looks after inputs that must
// not be empty and their lengths: that is an error here. What the app answers happens to
// the modal.
func (s *Slack) Submit(user, id string, values map[string]string) (*Receipt, error) {
	defer s.mu.Changing()()
	v, err := s.openView(user, id)
	if err != nil {
		return nil, err
	}
	if v.Home || v.Submit == "" && !rule.HasInput(v.blocks) {
		return nil, fmt.Errorf("view %s cannot be submitted", id)
	}
	state, filled, err := v.filledState(values)
	if err != nil {
		return nil, err
	}
	v.Errors, v.filled = nil, filled
	payload := s.interactionPayload("view_submission", user)
	payload["view"], payload["trigger_id"], payload["response_urls"] = v.payload(state), s.newTrigger(user, v), []any{}
	return s.deliver(Interactive, payload, func(d Delivery) {
		if d.Acked {
			s.applySubmission(v, d.Answer)
		}
	}), nil
}

// applySubmission does to a modal what the app answered to its submission.
func (s *Slack) applySubmission(v *view, response []byte) {
	var answer struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	_ = json.Unmarshal(response, &answer) // an empty body is good
	switch answer.Action {
	case "errors":
		v.Errors = answer.Errors
		for id := range answer.Errors {
			if !slices.ContainsFunc(v.blocks, func(b any) bool { o, _ := b.(object); return o["block_id"] == id && o["type"] == "input" }) {
				s.addRequest(Request{Method: "acknowledgement", Args: args{"errors": string(response)}, Error: "invalid_block_id"})
			}
		}
		return
	case "clear":
		for _, o := range s.views {
			o.Closed = o.Closed || o.root == v.root
		}
		return
	case "update", "push":
		next, err := s.readView(string(answer.View), false)
		if err != nil {
			s.addRequest(Request{Method: "acknowledgement", Args: args{"view": string(answer.View)}, Error: err.Error()})
			return
		}
		if answer.Action == "update" {
			v.replaceWith(s, next)
		} else {
			s.pushView(next, v.User, v)
		}
		return
	}
	v.Closed = true
}

// CloseView lets a user close a modal, which goes to the one below. The app is told if
// it wants that.
func (s *Slack) CloseView(user, id string) error {
	defer s.mu.Changing()()
	v, err := s.openView(user, id)
	if err != nil {
		return err
	}
	v.Closed = true
	if v.body["notify_on_close"] == true {
		payload := s.interactionPayload("view_closed", user)
		payload["view"], payload["is_cleared"] = v.payload(nil), false
		s.deliver(Interactive, payload, nil)
	}
	return nil
}
