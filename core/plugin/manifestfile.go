package plugin

import (
	"encoding/json"
	"strings"
)

// manifestFile is the JSON of versions 1 and 2 together. What is in neither is
// ignored, and a part of an unexpected kind counts as missing: no single field
// may cost a member the whole plugin.
type manifestFile struct {
	SchemaVersion       word            `json:"schema_version"`
	NameForModel        word            `json:"name_for_model"`
	Namespace           word            `json:"namespace"`
	NameForHuman        word            `json:"name_for_human"`
	DescriptionForModel word            `json:"description_for_model"`
	DescriptionForHuman word            `json:"description_for_human"`
	Auth                json.RawMessage `json:"auth"`
	API                 loose[struct {
		Type word `json:"type"`
		URL  word `json:"url"`
		// The flag has two spellings, one of the first examples and one of the
		// later documentation.
		IsUserAuthenticated   flag `json:"is_user_authenticated"`
		HasUserAuthentication flag `json:"has_user_authentication"`
	}] `json:"api"`
	LogoURL    word `json:"logo_url"`
	Contact    word `json:"contact_email"`
	LegalURL   word `json:"legal_info_url"`
	PrivacyURL word `json:"privacy_policy_url"`

	Runtimes     loose[[]loose[runtimeFile]]  `json:"runtimes"`
	Functions    loose[[]loose[functionFile]] `json:"functions"`
	Capabilities loose[struct {
		Starters loose[[]loose[struct {
			Text word `json:"text"`
		}]] `json:"conversation_starters"`
	}] `json:"capabilities"`
}

// runtimeFile is one runtime of version 2.
type runtimeFile struct {
	Type word `json:"type"`
	Auth loose[struct {
		Type      word `json:"type"`
		Reference word `json:"reference_id"`
	}] `json:"auth"`
	RunFor words `json:"run_for_functions"`
	Spec   loose[struct {
		URL         word `json:"url"`
		Description word `json:"api_description"`
	}] `json:"spec"`
}

// functionFile is one function of version 2.
type functionFile struct {
	Name        word `json:"name"`
	Description word `json:"description"`
	States      loose[struct {
		Reasoning  loose[stateFile] `json:"reasoning"`
		Responding loose[stateFile] `json:"responding"`
	}] `json:"states"`
	Capabilities loose[struct {
		Confirmation loose[struct {
			Title word `json:"title"`
			Body  word `json:"body"`
		}] `json:"confirmation"`
		Response json.RawMessage `json:"response_semantics"`
	}] `json:"capabilities"`
}

// stateFile is what version 2 says of a function in one state of a conversation.
type stateFile struct {
	Instructions words `json:"instructions"`
	Examples     words `json:"examples"`
}

// word is a text; a value of another kind counts as none.
type word string

// UnmarshalJSON reads any kind of value.
func (w *word) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*w = word(s)
	}
	return nil
}

// words is a list of texts, or a single one.
type words []word

// UnmarshalJSON reads any kind of value.
func (w *words) UnmarshalJSON(data []byte) error {
	var list []word
	if json.Unmarshal(data, &list) == nil {
		*w = list
		return nil
	}
	var one word
	if err := one.UnmarshalJSON(data); err != nil || one == "" {
		return err
	}
	*w = words{one}
	return nil
}

// flag is a boolean, also in quotes.
type flag bool

// UnmarshalJSON reads any kind of value.
func (f *flag) UnmarshalJSON(data []byte) error {
	*f = flag(strings.EqualFold(strings.Trim(string(data), `"`), "true"))
	return nil
}

// loose is a part that may be of another kind than it should: then it is empty.
type loose[T any] struct{ Value T }

// UnmarshalJSON reads any kind of value.
func (l *loose[T]) UnmarshalJSON(data []byte) error {
	var v T
	if json.Unmarshal(data, &v) == nil {
		l.Value = v
	}
	return nil
}

// said returns the first text that says something: not blank, and not a key of a
// translation that the manifest does not bring along.
func said(texts ...word) string {
	for _, t := range texts {
		s := strings.TrimSpace(string(t))
		key := strings.HasPrefix(s, "[[") && strings.HasSuffix(s, "]]")
		if s != "" && !key {
			return s
		}
	}
	return ""
}
