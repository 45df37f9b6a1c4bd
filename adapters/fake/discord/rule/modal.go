package rule

// Modal checks a modal. Rows with one text input are the older kind, labels the
// newer.
func Modal(data map[string]any) Faults {
	f := Faults{}
	l := &layout{Faults: f, ids: map[string]bool{}}
	f.Required(data, "custom_id", "", 100)
	f.Required(data, "title", "", 45)
	list := f.List(data, "components", "", 5)
	if len(list) == 0 {
		f.Addf("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	for i, v := range list {
		c, _ := v.(object)
		path := At("components", i)
		switch Integer(c["type"]) {
		case typeRow:
			inner := f.List(c, "components", path, 5)
			if len(inner) != 1 {
				f.Addf(At(path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
			}
			for n, v := range inner {
				e, _ := v.(object)
				where := At(path, "components", n)
				if Integer(e["type"]) != typeInput {
					f.Addf(At(where, "type"), "BASE_TYPE_CHOICES", "Value must be one of {4}.")
					continue
				}
				f.Required(e, "label", where, 45)
				l.input(e, where)
			}
		case typeLabel:
			f.Required(c, "label", path, 45)
			if c["description"] != nil {
				l.Required(c, "description", path, 100)
			}
			e, _ := c["component"].(object)
			where := At(path, "component")
			switch kind := Integer(e["type"]); {
			case kind == typeInput:
				l.input(e, where)
			case kind == typeSelect, kind >= 5 && kind <= 8:
				l.menu(e, where)
				l.answered(e, where)
				if e["disabled"] == true {
					f.Addf(At(where, "disabled"), "MODAL_COMPONENT_DISABLED", "Components in modals cannot be disabled")
				}
			case kind == typeRadio:
				l.customID(e, where)
				l.booleans(e, where, "required")
				l.options(e, where, 2, 10, 1)
			case kind == typeBoxes:
				l.boxes(e, where)
			case kind == typeBox:
				l.customID(e, where)
				l.booleans(e, where, "default")
			default:
				f.Addf(At(where, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (3, 4, 5, 6, 7, 8, 21, 22, 23).")
			}
		case typeText:
			l.newComponent(c, path, true)
		default:
			f.Addf(At(path, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 10, 18).")
		}
	}
	return f
}

// input checks a text input.
func (l *layout) input(c object, path string) {
	l.customID(c, path)
	l.Choice(c, "style", path, 1, 2)
	l.optionalText(c, "placeholder", path, 100)
	l.booleans(c, path, "required")
	least, most := l.integer(c, "min_length", path, 0, 4000, 0), l.integer(c, "max_length", path, 1, 4000, 4000)
	if least > most {
		l.Addf(At(path, "min_length"), "NUMBER_TYPE_MAX", "int value should be less than or equal to %d.", most)
	}
	if value := l.optionalText(c, "value", path, 4000); value != "" && (Length(value) < least || Length(value) > most) {
		l.Addf(At(path, "value"), "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", least, most)
	}
}

// boxes checks a group of boxes to tick.
func (l *layout) boxes(c object, path string) {
	l.customID(c, path)
	l.booleans(c, path, "required")
	options, _ := c["options"].([]any)
	all := max(1, min(len(options), 10))
	least, most := l.integer(c, "min_values", path, 0, 10, 1), l.integer(c, "max_values", path, 1, 10, all)
	if least > most {
		l.Addf(At(path, "min_values"), "SELECT_COMPONENT_INVALID_VALUES", "min_values and max_values must be between 0 and 10, and in order")
	}
	l.options(c, path, 1, 10, most)
	l.answered(c, path)
}

// answered says that what has to be answered cannot have no values. (Discord documents the
// rule and not its code.)
func (l *layout) answered(c object, path string) {
	if v, given := c["min_values"]; given && v != nil && Integer(v) == 0 && c["required"] != false {
		l.Addf(At(path, "min_values"), "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
	}
}
