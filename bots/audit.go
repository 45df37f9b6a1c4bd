package bots

import (
	"encoding/json"

	"aidesk/core/chat"
	"aidesk/core/plugin"
	"aidesk/store"
)

// record is a line of the audit: who did what, never content or secrets.
func (j *job) record(place chat.Place, fields map[string]string) store.Audit {
	body, err := json.Marshal(fields)
	if err != nil {
		panic(err) // strings only
	}
	return store.Audit{Scope: j.bot.Scope(place), Time: j.desk.Now(), Body: body}
}

// audit records what an administrator did with a plugin.
func (s *step) audit(what string, p *plugin.Plugin) []store.Audit {
	return []store.Audit{s.record(s.chat.Place, map[string]string{
		"what": what, "member": s.chat.Member, "plugin": p.ID, "version": p.Version,
	})}
}
