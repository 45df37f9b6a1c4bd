package plugin

import (
	"encoding/json"
	"strings"
)

// manifestFile is the JSON of versions 1 and 2 together. What is in neither is
// ignored, and a part of an unexpected kind counts as missing: no single field
// may cost a member the whole plugin.
type manifestFile struct {
	SchemaVersion       looseString     `json:"schema_version"`
	NameForModel        looseString     `json:"name_for_model"`
	Namespace           looseString     `json:"namespace"`
	NameForHuman        looseString     `json:"name_for_human"`
	DescriptionForModel looseString     `json:"description_for_model"`
	DescriptionForHuman looseString     `json:"description_for_human"`
	Auth                json.RawMessage `json:"auth"`
	API                 loose[struct {
		Type looseString `json:"type"`
		URL  looseString `json:"url"`
		// The flag has two spellings, one of the first examples and one of the
		// later documentation.
		IsUserAuthenticated   looseBool `json:"is_user_authenticated"`
		HasUserAuthentication looseBool `json:"has_user_authentication"`
	}] `json:"api"`
	LogoURL    looseString `json:"logo_url"`
	Contact    looseString `json:"contact_email"`
	LegalURL   looseString `json:"legal_info_url"`
	PrivacyURL looseString `json:"privacy_policy_url"`

	Runtimes     loose[[]loose[runtimeFile]]  `json:"runtimes"`
	Functions    loose[[]loose[functionFile]] `json:"functions"`
	Capabilities loose[struct {
		Starters loose[[]loose[struct {
			Text looseString `json:"text"`
		}]] `json:"conversation_starters"`
	}] `json:"capabilities"`
}

// runtimeFile is one runtime of version 2.
type runtimeFile struct {
	Type looseString `json:"type"`
	Auth loose[struct {
		Type      looseString `json:"type"`
		Reference looseString `json:"reference_id"`
	}] `json:"auth"`
	RunFor looseStrings `json:"run_for_functions"`
	Spec   loose[struct {
		URL         looseString `json:"url"`
		Description looseString `json:"api_description"`
	}] `json:"spec"`
}

// functionFile is one function of version 2.
type functionFile struct {
	Name        looseString `json:"name"`
	Description looseString `json:"description"`
	States      loose[struct {
		Reasoning  loose[stateFile] `json:"reasoning"`
		Responding loose[stateFile] `json:"responding"`
	}] `json:"states"`
	Capabilities loose[struct {
		Confirmation loose[struct {
			Title looseString `json:"title"`
			Body  looseString `json:"body"`
		}] `json:"confirmation"`
		Response json.RawMessage `json:"response_semantics"`
	}] `json:"capabilities"`
}

// stateFile is what version 2 says of a function in one state of a conversation.
type stateFile struct {
	Instructions looseStrings `json:"instructions"`
	Examples     looseStrings `json:"examples"`
}

// looseString is a text; a value of another kind counts as none.
type looseString string

// UnmarshalJSON reads any kind of value.
func (w *looseString) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*w = looseString(s)
	}
	return nil
}

// looseStrings is a list of texts, or a single one.
type looseStrings []looseString

// UnmarshalJSON reads any kind of value.
func (w *looseStrings) UnmarshalJSON(data []byte) error {
	var list []looseString
	if json.Unmarshal(data, &list) == nil {
		*w = list
		return nil
	}
	var one looseString
	if err := one.UnmarshalJSON(data); err != nil || one == "" {
		return err
	}
	*w = looseStrings{one}
	return nil
}

// looseBool is a boolean, also in quotes.
type looseBool bool

// UnmarshalJSON reads any kind of value.
func (f *looseBool) UnmarshalJSON(data []byte) error {
	*f = looseBool(strings.EqualFold(strings.Trim(string(data), `"`), "true"))
	return nil
}

// loose is a value that is zero if the manifest has another kind of value there.
type loose[T any] struct{ Value T }

// UnmarshalJSON reads any kind of value.
func (l *loose[T]) UnmarshalJSON(data []byte) error {
	var v T
	if json.Unmarshal(data, &v) == nil {
		l.Value = v
	}
	return nil
}

// firstText returns the first text that is neither blank nor the key of a translation
// ("[[title]]") that the manifest does not contain.
func firstText(texts ...looseString) string {
	for _, t := range texts {
		s := strings.TrimSpace(string(t))
		key := strings.HasPrefix(s, "[[") && strings.HasSuffix(s, "]]")
		if s != "" && !key {
			return s
		}
	}
	return ""
}
