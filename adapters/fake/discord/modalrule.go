package discord

// modalFaults checks a modal. Rows with one text input are the older kind, labels the
// newer.
func modalFaults(data object) error {
	f := faults{}
	l := &layout{faults: f, ids: map[string]bool{}}
	f.required(data, "custom_id", "", 100)
	f.required(data, "title", "", 45)
	list := f.list(data, "components", "", 5)
	if len(list) == 0 {
		f.addf("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	for i, v := range list {
		c, _ := v.(object)
		path := at("components", i)
		switch integer(c["type"]) {
		case typeRow:
			inner := f.list(c, "components", path, 5)
			if len(inner) != 1 {
				f.addf(at(path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
			}
			for n, v := range inner {
				e, _ := v.(object)
				where := at(path, "components", n)
				if integer(e["type"]) != typeInput {
					f.addf(at(where, "type"), "BASE_TYPE_CHOICES", "Value must be one of {4}.")
					continue
				}
				f.required(e, "label", where, 45)
				l.input(e, where)
			}
		case typeLabel:
			f.required(c, "label", path, 45)
			if c["description"] != nil {
				l.required(c, "description", path, 100)
			}
			e, _ := c["component"].(object)
			where := at(path, "component")
			switch kind := integer(e["type"]); {
			case kind == typeInput:
				l.input(e, where)
			case kind == typeSelect, kind >= 5 && kind <= 8:
				l.menu(e, where)
			default:
				f.addf(at(where, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (3, 4, 5, 6, 7, 8).")
			}
		case typeText:
			l.block(c, path, true)
		default:
			f.addf(at(path, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 10, 18).")
		}
	}
	return f.err()
}

// input checks a text input.
func (l *layout) input(c object, path string) {
	l.customID(c, path)
	l.choice(c, "style", path, 1, 2)
	l.optional(c, "placeholder", path, 100)
	l.flags(c, path, "required")
	least, most := l.whole(c, "min_length", path, 0, 4000, 0), l.whole(c, "max_length", path, 1, 4000, 4000)
	if least > most {
		l.addf(at(path, "min_length"), "NUMBER_TYPE_MAX", "int value should be less than or equal to %d.", most)
	}
	if value := l.optional(c, "value", path, 4000); value != "" && (units(value) < least || units(value) > most) {
		l.addf(at(path, "value"), "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", least, most)
	}
}
