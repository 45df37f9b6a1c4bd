package slack

import (
	"slices"
	"time"
)

// trigger lets an app open a modal for who caused it.
type trigger struct {
	user string
	due  time.Time
	used bool
	view *view // the modal in which it was caused
}

// triggerLives is how long that is possible.
const triggerLives = 3 * time.Second

// trigger makes one. The lock is held.
func (s *Slack) trigger(user string, in *view) string {
	id := s.id("1000.2000.")
	s.triggers[id] = &trigger{user: user, due: s.Clock.Now().Add(triggerLives), view: in}
	return id
}

// exchange uses the trigger of a call.
func (c *call) exchange() (*trigger, error) {
	t := c.triggers[c.args["trigger_id"]]
	switch {
	case t == nil:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case c.Clock.Now().After(t.due):
		return nil, refuse("expired_trigger_id")
	}
	return t, nil
}

// external checks that no other view has the external id.
func (c *call) external(v *view) error {
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
	t, err := c.exchange()
	if err != nil {
		return nil, err
	}
	if err := c.external(v); err != nil {
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
	return object{"view": c.show(v, t.user, below).wire(nil)}, nil
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
	v.become(c.Slack, next)
	return object{"view": v.wire(nil)}, nil
}

func viewPublish(c *call) (object, error) {
	u, ok := c.user(c.args["user_id"])
	if !ok || u.Deleted {
		return nil, invalid("invalid_arguments", "[ERROR] invalid user_id [json-pointer:/user_id]")
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
		v = &view{View: View{ID: c.id("V"), User: u.ID}}
		v.root = v.ID
		c.homes[u.ID] = v
	}
	next.Home = true
	v.Home = true
	v.become(c.Slack, next)
	return object{"view": v.wire(nil)}, nil
}
