package discord

import (
	"bytes"
	"encoding/json"
)

// deepCopy is a deep copy, so that what was told does not change with what it is about.
func deepCopy(o object) object {
	text, _ := json.Marshal(o)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var out object
	_ = decoder.Decode(&out)
	return out
}

// interactionMetadata is the metadata of a message that answers an interaction.
func (d *Discord) interactionMetadata(i *interaction) object {
	u, _ := d.user(i.user)
	out := object{"id": i.id, "type": i.kind, "user": u.payload(), "authorizing_integration_owners": object{"0": "0"}}
	if i.channel.Guild != "" {
		out["authorizing_integration_owners"] = object{"0": i.channel.Guild}
	}
	switch i.kind {
	case kindSlash:
		out["name"], out["command_type"] = i.data["name"], i.command
	case kindComponent:
		out["interacted_message_id"] = i.message.ID
	case kindSubmit:
		triggering := object{"id": i.id, "type": kindSlash, "user": u.payload(), "name": "", "command_type": 1, "authorizing_integration_owners": out["authorizing_integration_owners"]}
		if i.message != nil {
			triggering = object{"id": i.id, "type": kindComponent, "user": u.payload(), "interacted_message_id": i.message.ID, "authorizing_integration_owners": out["authorizing_integration_owners"]}
		}
		out["triggering_interaction_metadata"] = triggering
	}
	return out
}
