package rule

import (
	"strconv"
)

// Types of components.
const (
	typeRow       = 1
	typeButton    = 2
	typeSelect    = 3
	typeInput     = 4
	typeSection   = 9
	typeText      = 10
	typeThumbnail = 11
	typeGallery   = 12
	typeSeparator = 14
	typeContainer = 17
	typeLabel     = 18
	typeRadio     = 21 // a group
	typeBoxes     = 22 // a group
	typeBox       = 23
)

// layout checks the components of one message or modal.
type layout struct {
	Faults
	ids        map[string]bool
	count      int
	textLength int // characters of all text displays
}

// checkComponents checks those of a message; v2: of the newer kind.
func (f Faults) checkComponents(list []any, v2 bool) {
	l := &layout{Faults: f, ids: map[string]bool{}}
	if !v2 && len(list) > 5 {
		f.Addf("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	for i, v := range list {
		path := At("components", i)
		c, _ := v.(object)
		switch kind := Integer(c["type"]); {
		case kind == typeRow:
			l.row(c, path)
		case !v2:
			f.Addf(At(path, "type"), "BASE_TYPE_CHOICES", "Value must be one of {1}.")
		default:
			l.newComponent(c, path, true)
		}
	}
	if l.count > 40 {
		f.Addf("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The maximum number of components is 40")
	}
	if l.textLength > 4000 {
		f.Addf("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "Total size of all displayable text exceeds maximum size of 4000")
	}
}

// row checks an action row: up to five buttons, or one menu.
func (l *layout) row(c object, path string) {
	l.count++
	inner := l.List(c, "components", path, 5)
	if len(inner) == 0 {
		l.Addf(At(path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	for i, v := range inner {
		e, _ := v.(object)
		where := At(path, "components", i)
		switch kind := Integer(e["type"]); {
		case kind == typeButton:
			l.button(e, where)
		case kind == typeSelect, kind >= 5 && kind <= 8:
			l.menu(e, where)
			if len(inner) > 1 {
				l.Addf(At(path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
			}
		default:
			l.Addf(At(where, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8).")
		}
	}
}

// customID checks the id of what can be used.
func (l *layout) customID(c object, path string) {
	id := l.Required(c, "custom_id", path, 100)
	if id != "" && l.ids[id] {
		l.Addf(At(path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	l.ids[id] = true
}

func (l *layout) button(c object, path string) {
	l.count++
	l.booleans(c, path, "disabled")
	style := l.Choice(c, "style", path, 1, 2, 3, 4, 5, 6)
	label := l.optionalText(c, "label", path, 80)
	switch style {
	case 5:
		if l.Required(c, "url", path, 512) != "" {
			l.checkURL(c, "url", path, "http", "https", "discord")
		}
		if c["custom_id"] != nil {
			l.Addf(At(path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
	case 6:
		l.Required(c, "sku_id", path, 20)
		return
	default:
		l.customID(c, path)
		if c["url"] != nil {
			l.Addf(At(path, "url"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
	}
	if label == "" && c["emoji"] == nil {
		l.Addf(path, "BUTTON_COMPONENT_INVALID_DATA", "A button must have a label or emoji")
	}
}

// optionalText is a text that may be left out.
func (l *layout) optionalText(c object, key, path string, most int) string {
	return l.Text(c, key, path, 0, most)
}

func (l *layout) menu(c object, path string) {
	l.count++
	l.customID(c, path)
	l.optionalText(c, "placeholder", path, 150)
	l.booleans(c, path, "disabled", "required")
	least, most := l.integer(c, "min_values", path, 0, 25, 1), l.integer(c, "max_values", path, 1, 25, 1)
	if least > most {
		l.Addf(At(path, "min_values"), "SELECT_COMPONENT_INVALID_VALUES", "min_values and max_values must be between 0 and 25, and in order")
	}
	if Integer(c["type"]) == typeSelect {
		l.options(c, path, 1, 25, most)
	}
}

// options checks what can be chosen, from least to most of it, and that no more than chosen
// are chosen at first.
func (l *layout) options(c object, path string, least, most, chosen int) {
	options := l.List(c, "options", path, most)
	if len(options) < least || chosen > len(options) {
		l.Addf(At(path, "options"), "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", least, most)
	}
	values, defaults := map[string]bool{}, 0
	for i, v := range options {
		o, _ := v.(object)
		where := At(path, "options", i)
		l.Required(o, "label", where, 100)
		value := l.Required(o, "value", where, 100)
		l.optionalText(o, "description", where, 100)
		l.booleans(o, where, "default")
		if o["default"] == true {
			defaults++
		}
		if values[value] {
			l.Addf(At(where, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		values[value] = true
	}
	if defaults > chosen {
		l.Addf(At(path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", "No more than %d options may be chosen at first", chosen)
	}
}

// newComponent checks a component of the newer kind.
func (l *layout) newComponent(c object, path string, outer bool) {
	l.count++
	kind := Integer(c["type"])
	switch {
	case kind == typeText:
		l.textLength += Length(l.Required(c, "content", path, 4000))
	case kind == typeSection:
		inner := l.List(c, "components", path, 3)
		if len(inner) == 0 {
			l.Addf(At(path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 3 in length.")
		}
		for i, v := range inner {
			e, _ := v.(object)
			if Integer(e["type"]) != typeText {
				l.Addf(At(path, "components", i, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (10,).")
				continue
			}
			l.newComponent(e, At(path, "components", i), false)
		}
		accessory, _ := c["accessory"].(object)
		switch Integer(accessory["type"]) {
		case typeButton:
			l.button(accessory, At(path, "accessory"))
		case typeThumbnail:
			l.count++
			l.media(accessory, At(path, "accessory"))
		default:
			l.Addf(At(path, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
		}
	case kind == typeGallery:
		items := l.List(c, "items", path, 10)
		if len(items) == 0 {
			l.Addf(At(path, "items"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")
		}
		for i, v := range items {
			o, _ := v.(object)
			l.media(o, At(path, "items", i))
		}
	case kind == typeSeparator:
		l.booleans(c, path, "divider")
		l.integer(c, "spacing", path, 1, 2, 1)
	case kind == typeRow && !outer:
		l.count-- // it counts itself
		l.row(c, path)
	case kind == typeContainer && outer:
		l.booleans(c, path, "spoiler")
		l.integer(c, "accent_color", path, 0, 0xffffff, 0)
		for i, v := range l.List(c, "components", path, 40) {
			e, _ := v.(object)
			l.newComponent(e, At(path, "components", i), false)
		}
	default:
		l.Addf(At(path, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 9, 10, 12, 14, 17).")
	}
}

// media checks a picture.
func (l *layout) media(o object, path string) {
	l.booleans(o, path, "spoiler")
	l.optionalText(o, "description", path, 256)
	inner := l.objectField(o, "media", path)
	if inner == nil {
		l.Addf(At(path, "media"), "BASE_TYPE_REQUIRED", "This field is required")
		return
	}
	if l.Required(inner, "url", At(path, "media"), 2048) != "" {
		l.checkURL(inner, "url", At(path, "media"), "http", "https", "attachment")
	}
}

// defaults are what Discord adds to components, by their type.
var defaults = map[int]object{
	typeSelect: {"min_values": 1, "max_values": 1}, 5: {"min_values": 1, "max_values": 1}, 6: {"min_values": 1, "max_values": 1},
	7: {"min_values": 1, "max_values": 1}, 8: {"min_values": 1, "max_values": 1}, typeSeparator: {"spacing": 1, "divider": true},
	typeContainer: {"accent_color": nil, "spoiler": false}, typeThumbnail: {"description": nil, "spoiler": false},
}

// FillDefaults gives components their numbers and what else they were not given.
func FillDefaults(components []any) {
	n := 0
	EachComponent(components, func(c object) {
		n++
		if _, ok := c["id"]; !ok {
			c["id"] = n
		}
		for key, value := range defaults[Integer(c["type"])] {
			if _, ok := c[key]; !ok {
				c[key] = value
			}
		}
		if media, ok := c["media"].(object); ok {
			media["id"], media["proxy_url"] = strconv.Itoa(n), media["url"]
		}
		items, _ := c["items"].([]any)
		for _, v := range items {
			item, _ := v.(object)
			if media, ok := item["media"].(object); ok {
				media["id"], media["proxy_url"] = strconv.Itoa(n), media["url"]
			}
			for key, value := range defaults[typeThumbnail] {
				if _, ok := item[key]; !ok {
					item[key] = value
				}
			}
		}
	})
}
