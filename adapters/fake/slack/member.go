package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// visibleChannel finds a user and a channel that they can see.
func (s *Slack) visibleChannel(user, channel string) (Channel, error) {
	u, ok := s.user(user)
	if !ok || u.Deleted {
		return Channel{}, fmt.Errorf("nobody with the id %q is here", user)
	}
	ch, ok := s.channel(channel)
	if !ok || !ch.readableBy(user) {
		return ch, fmt.Errorf("%s sees no channel %q", u.Name, channel)
	}
	return ch, nil
}

// Post lets a user write into a channel, or into a thread of it when parent is the
// timestamp of its first message, and returns the timestamp of the message. The text
// is as Slack sends it: mentions are "<@U123>", and &, < and > are escaped; [Slack.Typed]
// makes that of plain words.
func (s *Slack) Post(user, channel, text, parent string) (string, error) {
	return s.PostFiles(user, channel, text, parent)
}

// PostFiles is Post with files.
func (s *Slack) PostFiles(user, channel, text, parent string, files ...File) (string, error) {
	defer s.mu.Changing()()
	ch, err := s.visibleChannel(user, channel)
	switch {
	case err != nil:
		return "", err
	case ch.Archived:
		return "", fmt.Errorf("#%s is archived", ch.Name)
	case !ch.hasMember(user):
		ch.Members = append(ch.Members, user)
		s.setChannel(ch)
	}
	if m := s.message(ch.ID, parent); parent != "" {
		if m == nil {
			return "", fmt.Errorf("there is no message %s to answer", parent)
		}
		if m.Thread != "" {
			parent = m.Thread
		}
	}
	m := s.addMessage(&message{blocks: richTextOf(text), Message: Message{Channel: ch.ID, Thread: parent, User: user, Text: text, Files: s.attach(user, files)}})
	s.sendMessageEvent(m)
	return m.TS, nil
}

// Alert lets another app write into a channel, with attachments as it sends them, and
// returns the timestamp of the message.
func (s *Slack) Alert(channel, app, text string, attachments ...any) (string, error) {
	defer s.mu.Changing()()
	ch, ok := s.channel(channel)
	if !ok {
		return "", fmt.Errorf("there is no channel %q", channel)
	}
	m := s.addMessage(&message{other: app, unfurl: attachments, Message: Message{Channel: ch.ID, Text: text}})
	s.sendMessageEvent(m)
	return m.TS, nil
}

// OtherBotID is the id of the bot of every other app.
const OtherBotID = "B0OTHER"

// ownMessage finds a message of a user.
func (s *Slack) ownMessage(user, channel, ts string) (*message, error) {
	if _, err := s.visibleChannel(user, channel); err != nil {
		return nil, err
	}
	m := s.message(channel, ts)
	if m == nil || m.Deleted || m.User != user {
		return nil, fmt.Errorf("%s has no message %s", user, ts)
	}
	return m, nil
}

// Edit lets a user change a message of theirs.
func (s *Slack) Edit(user, channel, ts, text string) error {
	defer s.mu.Changing()()
	m, err := s.ownMessage(user, channel, ts)
	if err != nil {
		return err
	}
	before := m.payload(s)
	m.Edited, m.editedTS = true, fmt.Sprintf("%d.000000", s.Clock.Now().Unix())
	m.setContent(s, text, richTextOf(text))
	s.sendChangeEvent(m, before)
	return nil
}

// Unfurl adds a preview to a message, as Slack does some seconds after somebody wrote
// a link. The app is told of a change, though the text is the same.
func (s *Slack) Unfurl(channel, ts, url string) error {
	defer s.mu.Changing()()
	m := s.message(channel, ts)
	if m == nil || m.Deleted {
		return fmt.Errorf("there is no message %s", ts)
	}
	before := m.payload(s)
	m.unfurl = []any{object{"from_url": url, "original_url": url, "title": "A page", "id": 1, "fallback": "A page"}}
	s.sendChangeEvent(m, before)
	return nil
}

// Delete lets a user delete a message of theirs.
func (s *Slack) Delete(user, channel, ts string) error {
	defer s.mu.Changing()()
	m, err := s.ownMessage(user, channel, ts)
	if err != nil {
		return err
	}
	before := m.payload(s)
	m.Deleted = true
	s.sendDeletionEvent(m, before)
	return nil
}

// OpenHome lets a user open the app, at its tab "home" or "messages".
func (s *Slack) OpenHome(user, tab string) error {
	defer s.mu.Changing()()
	if u, ok := s.user(user); !ok || u.Deleted {
		return fmt.Errorf("nobody with the id %q is here", user)
	}
	if !s.subscribed("app_home_opened") {
		return nil
	}
	event := object{"type": "app_home_opened", "user": user, "channel": s.dm(user), "tab": tab}
	if v := s.homes[user]; v != nil && tab == "home" {
		event["view"] = v.payload(nil)
	}
	s.sendEvent(event, false)
	return nil
}

// Uninstall removes the app from the workspace: its token is void, which it is told.
func (s *Slack) Uninstall() {
	defer s.mu.Changing()()
	s.revokeAll("account_inactive")
	if s.subscribed("tokens_revoked") {
		s.sendEvent(object{"type": "tokens_revoked", "tokens": object{"oauth": []string{}, "bot": []string{s.Team.BotUser}}}, false)
	}
	if s.subscribed("app_uninstalled") {
		s.sendEvent(object{"type": "app_uninstalled"}, false)
	}
}

// SetApp changes the app's settings: subscriptions, request URLs.
func (s *Slack) SetApp(a App) {
	defer s.mu.Changing()()
	s.App = a
}

// userRef is a user as interactions name them.
func (s *Slack) userRef(user string) object {
	u, _ := s.user(user)
	team := s.Team.ID
	if u.Team != "" {
		team = u.Team
	}
	return object{"id": user, "username": u.Name, "name": u.Name, "team_id": team}
}

// interactionPayload is what all interactions say.
func (s *Slack) interactionPayload(kind, user string) object {
	return object{
		"type": kind, "token": verificationToken, "api_app_id": AppID, "team": object{"id": s.Team.ID, "domain": s.Team.Name}, "enterprise": nil,
		"is_enterprise_install": false, "user": s.userRef(user),
	}
}

var errNotShown = errors.New("it is not shown")

// Command lets a user give a slash command. Slack has them nowhere in threads.
func (s *Slack) Command(user, channel, command, text string) (*Receipt, error) {
	defer s.mu.Changing()()
	ch, err := s.visibleChannel(user, channel)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(s.App.Commands, command) || !s.App.granted("commands") {
		return nil, fmt.Errorf("%s is not a valid command", command)
	}
	name := ch.Name
	switch {
	case ch.IM:
		name = "directmessage"
	case ch.Private:
		name = "privategroup"
	}
	to := responseURL{user: user, channel: ch.ID}
	return s.deliver(Commands, object{
		"token": verificationToken, "team_id": s.Team.ID, "team_domain": s.Team.Name, "channel_id": ch.ID, "channel_name": name, "user_id": user,
		"user_name": s.userRef(user)["name"], "command": command, "text": text, "api_app_id": AppID, "is_enterprise_install": "false",
		"response_url": s.newResponseURL(to), "trigger_id": s.newTrigger(user, nil),
	}, func(d Delivery) {
		if d.Acked {
			s.showAcknowledgement(&to, d.Answer)
		}
	}), nil
}

// showAcknowledgement shows the message that stands in an acknowledgement, if one does.
func (s *Slack) showAcknowledgement(to *responseURL, acknowledgement []byte) {
	a := argsOfJSON(acknowledgement)
	if a["text"] == "" && a["blocks"] == "" {
		return
	}
	if err := s.postResponse(to, a); err != nil {
		s.addRequest(Request{Method: "acknowledgement", Args: a, Error: err.Error()})
	}
}

// Shortcut lets a user choose a global shortcut of the app.
func (s *Slack) Shortcut(user, callback string) (*Receipt, error) {
	defer s.mu.Changing()()
	if err := s.checkShortcut(callback); err != nil {
		return nil, err
	}
	payload := s.interactionPayload("shortcut", user)
	payload["callback_id"], payload["trigger_id"], payload["action_ts"] = callback, s.newTrigger(user, nil), s.newTS()
	return s.deliver(Interactive, payload, nil), nil
}

// MessageShortcut lets a user choose a shortcut on a message.
func (s *Slack) MessageShortcut(user, channel, ts, callback string) (*Receipt, error) {
	defer s.mu.Changing()()
	if err := s.checkShortcut(callback); err != nil {
		return nil, err
	}
	ch, err := s.visibleChannel(user, channel)
	if err != nil {
		return nil, err
	}
	m := s.message(ch.ID, ts)
	if m == nil || m.Deleted || m.To != "" {
		return nil, fmt.Errorf("message %s: %w", ts, errNotShown)
	}
	payload := s.interactionPayload("message_action", user)
	payload["callback_id"], payload["trigger_id"], payload["action_ts"] = callback, s.newTrigger(user, nil), s.newTS()
	payload["channel"], payload["message_ts"], payload["message"] = channelRef(ch), ts, m.payload(s)
	payload["response_url"] = s.newResponseURL(responseURL{user: user, channel: ch.ID, thread: m.Thread})
	return s.deliver(Interactive, payload, nil), nil
}

func (s *Slack) checkShortcut(callback string) error {
	if !slices.Contains(s.App.Shortcuts, callback) || !s.App.granted("commands") {
		return fmt.Errorf("the app has no shortcut %q", callback)
	}
	return nil
}

// channelRef is a channel as interactions name it.
func channelRef(c Channel) object {
	if c.IM {
		return object{"id": c.ID, "name": "directmessage"}
	}
	return object{"id": c.ID, "name": c.Name}
}

// Press lets a user press a button of a message, by its action_id. It may be one that
// stood there before, as a screen may lag behind.
func (s *Slack) Press(user, channel, ts, action string) (*Receipt, error) {
	return s.choose(user, channel, ts, action, "")
}

// Choose is Press for a menu, where the value is that of the option, and for feedback buttons,
// where it is that of the one of them.
func (s *Slack) Choose(user, channel, ts, action, value string) (*Receipt, error) {
	return s.choose(user, channel, ts, action, value)
}

func (s *Slack) choose(user, channel, ts, action, value string) (*Receipt, error) {
	defer s.mu.Changing()()
	ch, err := s.visibleChannel(user, channel)
	if err != nil {
		return nil, err
	}
	m := s.message(ch.ID, ts)
	if m == nil || m.Deleted || m.To != "" && m.To != user {
		return nil, fmt.Errorf("message %s: %w", ts, errNotShown)
	}
	var used object
	for _, v := range slices.Backward(m.Versions) {
		var old []any
		if json.Unmarshal(v.Blocks, &old) == nil {
			if used = s.usedAction(old, action, value); used != nil {
				break
			}
		}
	}
	if used == nil {
		return nil, fmt.Errorf("button %q in message %s: %w", action, ts, errNotShown)
	}
	payload := s.interactionPayload("block_actions", user)
	container := object{"type": "message", "message_ts": m.TS, "channel_id": ch.ID, "is_ephemeral": m.To != ""}
	if m.Thread != "" {
		container["thread_ts"] = m.Thread
	}
	payload["container"] = container
	payload["trigger_id"], payload["channel"], payload["actions"] = s.newTrigger(user, nil), channelRef(ch), []any{used}
	payload["state"] = object{"values": object{}}
	if m.To == "" {
		payload["message"] = m.payload(s)
	}
	payload["response_url"] = s.newResponseURL(responseURL{user: user, channel: ch.ID, thread: m.Thread, message: m})
	return s.deliver(Interactive, payload, nil), nil
}

// usedAction is the element that was used, as an action. Nil: it is not in the blocks.
func (s *Slack) usedAction(blocks []any, action, value string) object {
	for _, b := range blocks {
		block, _ := b.(object)
		for _, e := range usableElements(block) {
			if e["action_id"] != action || block["type"] == "input" {
				continue
			}
			used := object{"type": e["type"], "action_id": action, "block_id": block["block_id"], "action_ts": s.newTS()}
			for _, key := range []string{"text", "value", "style", "url"} {
				if v, ok := e[key]; ok {
					used[key] = v
				}
			}
			switch {
			case e["type"] == "feedback_buttons":
				if !hasFeedback(e, value) {
					return nil
				}
				used["value"] = value
			case value != "":
				used["selected_option"] = findOption(e, value)
			}
			return used
		}
	}
	return nil
}

// hasFeedback says whether one of the two feedback buttons has a value.
func hasFeedback(e object, value string) bool {
	for _, key := range []string{"positive_button", "negative_button"} {
		if b, _ := e[key].(object); b["value"] == value {
			return true
		}
	}
	return false
}

// findOption finds the option of a menu with a value; nil: it has none.
func findOption(e object, value string) any {
	for _, option := range optionsOf(e) {
		if option["value"] == value {
			return option
		}
	}
	return nil
}

// optionsOf are the options of a menu, in groups or not.
func optionsOf(e object) []object {
	list, _ := e["options"].([]any)
	groups, _ := e["option_groups"].([]any)
	for _, g := range groups {
		group, _ := g.(object)
		some, _ := group["options"].([]any)
		list = append(list, some...)
	}
	var out []object
	for _, o := range list {
		option, _ := o.(object)
		out = append(out, option)
	}
	return out
}

// openView finds a view that is open, or a home page.
func (s *Slack) openView(user, id string) (*view, error) {
	for _, v := range append(slices.Collect(maps.Values(s.homes)), s.views...) {
		if v.ID == id && v.User == user && !v.Closed {
			return v, nil
		}
	}
	return nil, fmt.Errorf("view %s: %w", id, errNotShown)
}

// PressView lets a user press a button of a modal, or of their home page.
func (s *Slack) PressView(user, id, action string) (*Receipt, error) {
	defer s.mu.Changing()()
	v, err := s.openView(user, id)
	if err != nil {
		return nil, err
	}
	used := s.usedAction(v.blocks, action, "")
	if used == nil {
		return nil, fmt.Errorf("button %q in view %s: %w", action, id, errNotShown)
	}
	payload := s.interactionPayload("block_actions", user)
	payload["container"], payload["view"], payload["actions"] = object{"type": "view", "view_id": v.ID}, v.payload(nil), []any{used}
	in := v
	if v.Home {
		in = nil
	}
	payload["trigger_id"] = s.newTrigger(user, in)
	return s.deliver(Interactive, payload, nil), nil
}
