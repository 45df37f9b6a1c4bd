package slack

import (
	"encoding/json"

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
	below  *view
	root   string
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
	out := &view{body: body, blocks: list}
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
		"id": v.ID, "team_id": TeamID, "type": "modal", "blocks": v.blocks, "private_metadata": v.Metadata, "callback_id": v.CallbackID,
		"external_id": v.External, "state": object{"values": values}, "hash": v.Hash, "root_view_id": v.root, "previous_view_id": nil,
		"app_id": AppID, "app_installed_team_id": TeamID, "bot_id": BotID, "clear_on_close": v.body["clear_on_close"] == true,
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
