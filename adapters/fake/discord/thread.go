package discord

import (
	"slices"

	"aidesk/adapters/fake/discord/rule"
)

// openThread opens a thread. The lock is held.
func (d *Discord) openThread(user string, parent Channel, from string, t Channel) (Channel, error) {
	if parent.Kind != KindText && parent.Kind != KindAnnouncement {
		return t, refuse(wrongChannelKind)
	}
	t.Guild, t.Parent, t.Owner, t.Members, t.Opened = parent.Guild, parent.ID, user, []string{user}, d.Clock.Now()
	if parent.Kind == KindAnnouncement && t.Kind == KindPublicThread {
		t.Kind = KindNewsThread
	}
	if from == "" {
		t.ID = d.newID()
		d.setChannel(t)
		if t.Kind != KindPrivateThread {
			m := &message{system: true, Message: Message{Channel: parent.ID, User: user, Kind: kindThreadCreated, Text: t.Name}}
			d.addMessage(m)
			d.dispatchThread(t)
			d.dispatchMessage(m, "CREATE")
			return t, nil
		}
		d.dispatchThread(t)
		return t, nil
	}
	m := d.message(parent.ID, from)
	switch {
	case m == nil, m.Deleted, m.To != "":
		return t, refuse(unknownMessage)
	case m.system:
		return t, refuse(systemMessage)
	case m.Thread != "":
		return t, refuse(threadExists)
	}
	t.ID, m.Thread = m.ID, m.ID
	d.setChannel(t)
	// Who Discord says wrote the starter is not documented: here the one who wrote the
	// message, so that who does not look at the type of a message answers it twice.
	starter := &message{system: true, Message: Message{Channel: t.ID, User: m.User, Kind: kindStarter, ReplyTo: m.ID}}
	d.dispatchThread(t)
	d.dispatchMessage(m, "UPDATE")
	d.addMessage(starter)
	d.dispatchMessage(starter, "CREATE")
	return t, nil
}

// dispatchThread tells the bot of a new thread.
func (d *Discord) dispatchThread(t Channel) {
	if !d.may(BotUser, t, ViewChannel) {
		return
	}
	data := d.channelPayload(t)
	data["newly_created"] = true
	d.dispatch(event{name: "THREAD_CREATE", guild: t.Guild, intent: IntentGuilds, data: data})
}

var autoArchive = []int{60, 1440, 4320, 10080}

// threadForm reads the body of a request that opens or changes a thread.
func (c *call) threadForm(t *Channel, isNew bool) error {
	f := rule.Faults{}
	name, given := c.form["name"].(string)
	switch n := rule.Length(name); {
	case !given && isNew:
		f.Addf("name", "BASE_TYPE_REQUIRED", "This field is required")
	case given && (n < 1 || n > 100):
		f.Addf("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	case given:
		t.Name = name
	}
	if v, ok := c.form["auto_archive_duration"]; ok && v != nil {
		if t.AutoClose = rule.Integer(v); !slices.Contains(autoArchive, t.AutoClose) {
			f.Addf("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of {60, 1440, 4320, 10080}.")
		}
	}
	return invalidFormBody(f)
}

func startFromMessage(c *call) (any, error) {
	ch, err := c.requestChannel(CreateThreads)
	if err != nil {
		return nil, err
	}
	t := Channel{Kind: KindPublicThread, AutoClose: 1440}
	if err := c.threadForm(&t, true); err != nil {
		return nil, err
	}
	if t, err = c.openThread(BotUser, ch, c.vars["message"], t); err != nil {
		return nil, err
	}
	c.status = 201
	return c.channelPayload(t), nil
}

// startThread opens a thread without a message: a private one, unless it says which.
func startThread(c *call) (any, error) {
	t := Channel{Kind: KindPrivateThread, AutoClose: 1440}
	if v, ok := c.form["type"]; ok && v != nil {
		t.Kind = Kind(rule.Integer(v))
	}
	need := map[Kind]uint64{KindPrivateThread: CreatePrivateThreads, KindPublicThread: CreateThreads, KindNewsThread: CreateThreads}[t.Kind]
	if need == 0 {
		return nil, invalidField("type", "BASE_TYPE_CHOICES", "Value must be one of {10, 11, 12}.")
	}
	ch, err := c.requestChannel(need)
	if err != nil {
		return nil, err
	}
	if err := c.threadForm(&t, true); err != nil {
		return nil, err
	}
	if t, err = c.openThread(BotUser, ch, "", t); err != nil {
		return nil, err
	}
	c.status = 201
	return c.channelPayload(t), nil
}

// changeThread archives, opens, locks or renames a thread.
func changeThread(c *call) (any, error) {
	t, err := c.requestChannel(0)
	if err != nil {
		return nil, err
	}
	if !t.isThread() {
		if !c.may(BotUser, t, ManageChannels) {
			return nil, refuse(missingPermissions)
		}
		return nil, refuse(wrongChannelKind) // channels are changed by their guild's people here
	}
	manages := c.may(BotUser, t, ManageThreads)
	archive, archives := c.form["archived"].(bool)
	locked, locks := c.form["locked"].(bool)
	_, names := c.form["name"]
	_, closes := c.form["auto_archive_duration"]
	switch {
	case manages:
	case locks && locked != t.Locked, archives && !archive && t.Locked, (names || closes || archive) && t.Owner != BotUser:
		return nil, refuse(missingPermissions)
	}
	if t.Archived && (!archives || archive) {
		return nil, refuse(threadArchived)
	}
	if err := c.threadForm(&t, false); err != nil {
		return nil, err
	}
	if archives {
		t.Archived = archive
	}
	if locks {
		t.Locked = locked
	}
	c.setChannel(t)
	c.dispatchChannel(t, "UPDATE")
	return c.channelPayload(t), nil
}

func joinThread(c *call) (any, error) {
	t, err := c.requestChannel(0)
	switch {
	case err != nil:
		return nil, err
	case !t.isThread():
		return nil, refuse(wrongChannelKind)
	case t.Archived:
		return nil, refuse(threadArchived)
	}
	c.joinByWriting(t, BotUser)
	return nil, nil
}
