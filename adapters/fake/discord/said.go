package discord

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
)

// Limits of messages.
const (
	maxContent = 2000 // Discord's document says 4000 for some routes, its pages 2000
	maxNonce   = 25
	maxFiles   = 10
)

// units is a length as it counts here: in UTF-16, as Discord does not say in what, and
// this is never less than what it could be.
func units(s string) int { return len(utf16.Encode([]rune(s))) }

// said is what a request wants a message to say. The has… tell null and [] from what
// is not given.
type said struct {
	text                                          string
	embeds, components                            []any
	files                                         []upload
	kept                                          []string          // attachments that stay, by id
	about                                         map[string]object // what attachments say of themselves, by id
	hasText, hasEmbeds, hasComponents, hasUploads bool
	flags                                         int
	allowed                                       allowed
	nonce                                         string
	enforce                                       bool
	reply                                         string
	lax                                           bool // the message that is replied to need not exist
}

// readMessage reads the body of a request that makes or changes a message. def is what may be
// mentioned when the body does not say it.
func (d *Discord) readMessage(form object, files []upload, def allowed) (said, error) {
	f := faults{}
	s := said{files: files, allowed: def, about: map[string]object{}}
	_, s.hasText = form["content"]
	_, s.hasEmbeds = form["embeds"]
	_, s.hasComponents = form["components"]
	_, s.hasUploads = form["attachments"]
	s.text = f.text(form, "content", "", 0, maxContent)
	s.embeds = f.list(form, "embeds", "", 10)
	s.components = f.list(form, "components", "", 40)
	s.flags = f.whole(form, "flags", "", 0, 1<<31-1, 0)
	f.flags(form, "", "tts", "enforce_nonce")
	bare(s.embeds)
	bare(s.components)
	f.embeds(s.embeds)
	f.components(s.components, s.flags&FlagComponentsV2 != 0)
	if s.flags&FlagComponentsV2 != 0 && (s.text != "" || len(s.embeds) > 0 || form["poll"] != nil || form["sticker_ids"] != nil) {
		f.addf("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
	}
	f.mentions(&s, form)
	f.nonce(&s, form)
	f.attachments(&s, form)
	if ref := f.inner(form, "message_reference", ""); ref != nil {
		f.flags(ref, "message_reference", "fail_if_not_exists")
		s.reply, s.lax = text(ref["message_id"]), ref["fail_if_not_exists"] == false
		if kind := integer(ref["type"]); kind != 0 {
			f.addf("message_reference.type", "BASE_TYPE_CHOICES", "Value must be one of {0}.") // forwards are not known here
		}
		if !snowflake.MatchString(s.reply) {
			f.addf("message_reference.message_id", "NUMBER_TYPE_COERCE", "Value %q is not snowflake.", s.reply)
		}
	}
	return s, f.err()
}

// mentions reads allowed_mentions.
func (f faults) mentions(s *said, form object) {
	o := f.inner(form, "allowed_mentions", "")
	if o == nil {
		return
	}
	f.flags(o, "allowed_mentions", "replied_user")
	strings := func(key string, most int) []string {
		var out []string
		for i, v := range f.list(o, key, "allowed_mentions", most) {
			one, ok := v.(string)
			switch {
			case key == "parse" && !slices.Contains(allowAll.parse, one):
				f.addf(at("allowed_mentions", key, i), "BASE_TYPE_CHOICES", "Value must be one of ('roles', 'users', 'everyone').")
			case key != "parse" && (!ok || !snowflake.MatchString(one)):
				f.addf(at("allowed_mentions", key, i), "NUMBER_TYPE_COERCE", "Value \"%v\" is not snowflake.", v)
			case slices.Contains(out, one):
				f.addf(at("allowed_mentions", key), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
			}
			out = append(out, one)
		}
		return out
	}
	s.allowed = allowed{strings("parse", 3), strings("users", 100), strings("roles", 100), o["replied_user"] == true}
	for key, ids := range map[string][]string{"users": s.allowed.users, "roles": s.allowed.roles} {
		if len(ids) > 0 && slices.Contains(s.allowed.parse, key) {
			f.addf("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[%q] and %s: [ids...] are mutually exclusive.", key, key)
		}
	}
}

func (f faults) nonce(s *said, form object) {
	switch v := form["nonce"].(type) {
	case nil:
	case string:
		s.nonce = v
		if units(v) > maxNonce {
			f.addf("nonce", "NONCE_TYPE_TOO_LONG", "nonce must be %d or fewer in length", maxNonce)
		}
	case json.Number:
		s.nonce = v.String()
	default:
		f.addf("nonce", "NONCE_TYPE_INVALID", "nonce must be a string or an integer")
	}
	s.enforce = form["enforce_nonce"] == true
}

// attachments reads what is said of files: of new ones by their number, of those that
// stay by their id.
func (f faults) attachments(s *said, form object) {
	if len(s.files) > maxFiles {
		f.addf("files", "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", maxFiles)
	}
	for i, v := range f.list(form, "attachments", "", maxFiles) {
		a, _ := v.(object)
		id := fmt.Sprint(a["id"])
		f.text(a, "filename", at("attachments", i), 0, 1024)
		f.text(a, "description", at("attachments", i), 0, 1024)
		switch isNew := slices.ContainsFunc(s.files, func(u upload) bool { return strconv.Itoa(u.n) == id }); {
		case isNew:
			s.about[id] = a
		case a["id"] == nil || len(id) < 15:
			f.addf(at("attachments", i), "ATTACHMENT_NOT_FOUND", "Uploaded attachment not found.")
		default:
			s.kept = append(s.kept, id)
		}
	}
}

// empty reports whether nothing is said.
func (s *said) empty() bool {
	return s.text == "" && len(s.embeds) == 0 && len(s.components) == 0 && len(s.files) == 0
}
