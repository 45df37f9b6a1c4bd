package slack

import (
	"slices"
	"time"
)

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
		return nil, refuseArgs("invalid_arguments", "[ERROR] invalid user_id [json-pointer:/user_id]")
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
