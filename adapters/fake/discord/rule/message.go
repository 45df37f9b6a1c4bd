package rule

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Limits of messages.
const (
	maxContent = 2000 // Discord's document says 4000 for some routes, its pages 2000
	maxNonce   = 25
	maxFiles   = 10
)

// FlagComponentsV2 is the flag of a message that is made of components alone.
const FlagComponentsV2 = 1 << 15

// Message is what a request wants a message to say. The Has… tell null and [] from what
// is not given.
type Message struct {
	Text                                          string
	Embeds, Components                            []any
	KeptFiles                                     []string          // attachments that stay, by id
	NewFiles                                      map[string]object // what attachments say of themselves, by id
	HasText, HasEmbeds, HasComponents, HasUploads bool
	Flags                                         int
	Allowed                                       Mentions
	Nonce                                         string
	Enforce                                       bool
	Reply                                         string
	AllowMissingReply                             bool // the message that is replied to need not exist

	files []int // the numbers of the files that came along
}

// Mentions are the allowed_mentions of a message.
type Mentions struct {
	Parse        []string // "users", "roles", "everyone"
	Users, Roles []string
	Replied      bool
}

// What is allowed without allowed_mentions: everything in messages, users only in
// what is sent with an interaction's or webhook's token.
var (
	AllowAll   = Mentions{Parse: []string{"users", "roles", "everyone"}, Replied: true}
	AllowUsers = Mentions{Parse: []string{"users"}, Replied: true}
)

// ReadMessage reads the body of a request that makes or changes a message. files are the
// numbers of the files that come along; def is what may be mentioned when the body does
// not say it.
func ReadMessage(form map[string]any, files []int, def Mentions) (Message, Faults) {
	f := Faults{}
	s := Message{files: files, Allowed: def, NewFiles: map[string]object{}}
	_, s.HasText = form["content"]
	_, s.HasEmbeds = form["embeds"]
	_, s.HasComponents = form["components"]
	_, s.HasUploads = form["attachments"]
	s.Text = f.Text(form, "content", "", 0, maxContent)
	s.Embeds = f.List(form, "embeds", "", 10)
	s.Components = f.List(form, "components", "", 40)
	s.Flags = f.integer(form, "flags", "", 0, 1<<31-1, 0)
	f.booleans(form, "", "tts", "enforce_nonce")
	DropNulls(s.Embeds)
	DropNulls(s.Components)
	f.checkEmbeds(s.Embeds)
	f.checkComponents(s.Components, s.Flags&FlagComponentsV2 != 0)
	if s.Flags&FlagComponentsV2 != 0 && (s.Text != "" || len(s.Embeds) > 0 || form["poll"] != nil || form["sticker_ids"] != nil) {
		f.Addf("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
	}
	f.readMentions(&s, form)
	f.readNonce(&s, form)
	f.readAttachments(&s, form)
	if ref := f.objectField(form, "message_reference", ""); ref != nil {
		f.booleans(ref, "message_reference", "fail_if_not_exists")
		s.Reply, s.AllowMissingReply = Text(ref["message_id"]), ref["fail_if_not_exists"] == false
		if kind := Integer(ref["type"]); kind != 0 {
			f.Addf("message_reference.type", "BASE_TYPE_CHOICES", "Value must be one of {0}.") // forwards are not known here
		}
		if !snowflake.MatchString(s.Reply) {
			f.Addf("message_reference.message_id", "NUMBER_TYPE_COERCE", "Value %q is not snowflake.", s.Reply)
		}
	}
	return s, f
}

// readMentions reads allowed_mentions.
func (f Faults) readMentions(s *Message, form object) {
	o := f.objectField(form, "allowed_mentions", "")
	if o == nil {
		return
	}
	f.booleans(o, "allowed_mentions", "replied_user")
	strings := func(key string, most int) []string {
		var out []string
		for i, v := range f.List(o, key, "allowed_mentions", most) {
			one, ok := v.(string)
			switch {
			case key == "parse" && !slices.Contains(AllowAll.Parse, one):
				f.Addf(At("allowed_mentions", key, i), "BASE_TYPE_CHOICES", "Value must be one of ('roles', 'users', 'everyone').")
			case key != "parse" && (!ok || !snowflake.MatchString(one)):
				f.Addf(At("allowed_mentions", key, i), "NUMBER_TYPE_COERCE", "Value \"%v\" is not snowflake.", v)
			case slices.Contains(out, one):
				f.Addf(At("allowed_mentions", key), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
			}
			out = append(out, one)
		}
		return out
	}
	s.Allowed = Mentions{strings("parse", 3), strings("users", 100), strings("roles", 100), o["replied_user"] == true}
	for key, ids := range map[string][]string{"users": s.Allowed.Users, "roles": s.Allowed.Roles} {
		if len(ids) > 0 && slices.Contains(s.Allowed.Parse, key) {
			f.Addf("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[%q] and %s: [ids...] are mutually exclusive.", key, key)
		}
	}
}

func (f Faults) readNonce(s *Message, form object) {
	switch v := form["nonce"].(type) {
	case nil:
	case string:
		s.Nonce = v
		if Length(v) > maxNonce {
			f.Addf("nonce", "NONCE_TYPE_TOO_LONG", "nonce must be %d or fewer in length", maxNonce)
		}
	case json.Number:
		s.Nonce = v.String()
	default:
		f.Addf("nonce", "NONCE_TYPE_INVALID", "nonce must be a string or an integer")
	}
	s.Enforce = form["enforce_nonce"] == true
}

// readAttachments reads the descriptions of files: of new ones by their number, of those that
// stay by their id.
func (f Faults) readAttachments(s *Message, form object) {
	if len(s.files) > maxFiles {
		f.Addf("files", "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", maxFiles)
	}
	for i, v := range f.List(form, "attachments", "", maxFiles) {
		a, _ := v.(object)
		id := fmt.Sprint(a["id"])
		f.Text(a, "filename", At("attachments", i), 0, 1024)
		f.Text(a, "description", At("attachments", i), 0, 1024)
		switch isNew := slices.ContainsFunc(s.files, func(n int) bool { return strconv.Itoa(n) == id }); {
		case isNew:
			s.NewFiles[id] = a
		case a["id"] == nil || len(id) < 15:
			f.Addf(At("attachments", i), "ATTACHMENT_NOT_FOUND", "Uploaded attachment not found.")
		default:
			s.KeptFiles = append(s.KeptFiles, id)
		}
	}
}

// Empty reports whether the message has no content.
func (s *Message) Empty() bool {
	return s.Text == "" && len(s.Embeds) == 0 && len(s.Components) == 0 && len(s.files) == 0
}

// maxEmbeds is the length of all texts of all embeds of a message.
const maxEmbeds = 6000

// checkEmbeds checks the embeds of a message.
func (f Faults) checkEmbeds(list []any) {
	sum := 0
	count := func(s string) { sum += Length(s) }
	for i, v := range list {
		path := At("embeds", i)
		e, ok := v.(object)
		if !ok {
			f.Addf(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
			continue
		}
		count(f.Text(e, "title", path, 0, 256))
		count(f.Text(e, "description", path, 0, 4096))
		f.checkURL(e, "url", path, "http", "https")
		f.integer(e, "color", path, 0, 0xffffff, 0)
		if stamp := f.Text(e, "timestamp", path, 0, 100); stamp != "" {
			if _, err := time.Parse(time.RFC3339, stamp); err != nil {
				f.Addf(At(path, "timestamp"), "DATE_TIME_TYPE_PARSE", "Could not parse %s. Should be ISO8601.", stamp)
			}
		}
		if footer := f.objectField(e, "footer", path); footer != nil {
			count(f.Text(footer, "text", At(path, "footer"), 0, 2048))
			f.checkURL(footer, "icon_url", At(path, "footer"), "http", "https", "attachment")
		}
		if author := f.objectField(e, "author", path); author != nil {
			count(f.Text(author, "name", At(path, "author"), 0, 256))
			f.checkURL(author, "url", At(path, "author"), "http", "https")
			f.checkURL(author, "icon_url", At(path, "author"), "http", "https", "attachment")
		}
		for _, key := range []string{"image", "thumbnail"} {
			if picture := f.objectField(e, key, path); picture != nil {
				f.checkURL(picture, "url", At(path, key), "http", "https", "attachment")
			}
		}
		for n, v := range f.List(e, "fields", path, 25) {
			field, _ := v.(object)
			where := At(path, "fields", n)
			count(f.Required(field, "name", where, 256))
			count(f.Required(field, "value", where, 1024))
			f.booleans(field, where, "inline")
			if field != nil && field["inline"] == nil {
				field["inline"] = false
			}
		}
		for _, key := range []string{"provider", "video"} {
			delete(e, key) // taken, and ignored
		}
		e["type"] = "rich"
	}
	if sum > maxEmbeds {
		f.Addf("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of %d", maxEmbeds)
	}
}

// checkURL checks a URL.
func (f Faults) checkURL(o object, key, path string, schemes ...string) {
	s := f.Text(o, key, path, 0, 2048)
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme == "":
		f.Addf(At(path, key), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	case !slices.Contains(schemes, u.Scheme):
		f.Addf(At(path, key), "URL_TYPE_INVALID_SCHEME", "Scheme %q is not supported. Scheme must be one of %v.", u.Scheme, schemes)
	case u.Host == "":
		f.Addf(At(path, key), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	}
}
