package rule

import "strconv"

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
