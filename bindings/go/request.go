package pgiam

import (
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strings"
	"unicode/utf8"

	"pgiam.org/pgiam/internal/abi"
)

// Request says what a password is wanted for. Zero values mean "not given".
type Request struct {
	ConnInfo string // what psql takes, "host=… user=…" or "postgresql://…"; what else is given wins over it
	Host     string
	Port     int
	User     string
	Database string
	Password string // one that the user gave: it wins, and the answer is NOT_APPLICABLE
	SSLMode  string // libpq's word for what the connection will do

	Options  map[string]string // pgiam's, over the client's: "profile": "prod"
	Keywords map[string]string // others of libpq's, as the driver has them

	// CanApply lists the keywords that the caller sets from Answer.Params, "*" for all; as a rule
	// "password,sslmode,sslrootcert".
	CanApply string

	// Credentials are the program's own, in place of all that would be looked for. They are kept under
	// CredentialsIdentity, else under the provider itself.
	Credentials         CredentialsProvider
	CredentialsIdentity string

	Refresh       bool // ask for new ones, whatever is kept
	NoInteraction bool // never ask a person
}

// String has neither passwords nor what may hold one. Format and MarshalJSON show the same.
func (r Request) String() string {
	return fmt.Sprintf("pgiam.Request{Host: %q, Port: %d, User: %q, …}", r.Host, r.Port, r.User)
}

func (r Request) Format(state fmt.State, _ rune) { fmt.Fprint(state, r.String()) }

func (r Request) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"host": r.Host, "port": r.Port, "user": r.User})
}

// made is a request in the library's form; Go keeps alive what it points at.
type made struct {
	raw  *abi.Request
	call *supplied // nil without credentials of the program's own
}

func (c *Client) make(request *Request) (made, error) {
	keywords := request.Keywords
	if request.ConnInfo != "" {
		parsed, err := ParseConnInfo(request.ConnInfo)
		if err != nil {
			return made{}, err
		}
		for key, value := range request.Keywords {
			parsed[key] = value
		}
		keywords = parsed
	}
	if request.Port < 0 || request.Port > math.MaxUint16 {
		return made{}, invalid("", fmt.Sprintf("Port is %d, not a number up to 65535", request.Port))
	}
	texts := texts{}
	raw := abi.NewRequest()
	raw.Host = texts.of("Host", request.Host)
	raw.User = texts.of("User", request.User)
	raw.Database = texts.of("Database", request.Database)
	raw.Password = texts.of("Password", request.Password)
	raw.Sslmode = texts.of("SSLMode", request.SSLMode)
	raw.CanApply = texts.of("CanApply", request.CanApply)
	raw.Port = uint32(request.Port)
	raw.Options, raw.OptionCount = texts.pairs(request.Options)
	raw.Keywords, raw.KeywordCount = texts.pairs(keywords)
	if request.Refresh {
		raw.Flags |= abi.RequestRefresh
	}
	if request.NoInteraction {
		raw.Flags |= abi.RequestNoInteraction
	}
	if texts.fault != nil {
		return made{}, texts.fault
	}
	call, err := c.supply(raw, request)
	return made{raw, call}, err
}

// texts makes C's; the first fault is kept.
type texts struct{ fault *Error }

// of refuses a NUL, where C's text would end: a token for "app\0x" is one for "app".
func (t *texts) of(name, text string) *byte {
	if strings.IndexByte(text, 0) >= 0 {
		t.keep(invalid("nul_in_text", name+" has a NUL in it"))
		return nil
	}
	if !utf8.ValidString(text) {
		t.keep(invalid("not_utf8", name+" is not text in UTF-8"))
		return nil
	}
	return abi.Bytes(text)
}

func (t *texts) keep(fault *Error) {
	if t.fault == nil {
		t.fault = fault
	}
}

func (t *texts) pairs(values map[string]string) (*abi.Option, uintptr) {
	if len(values) == 0 {
		return nil, 0
	}
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	list := make([]abi.Option, 0, len(keys))
	for _, key := range keys {
		list = append(list, abi.Option{Key: t.of("a key", key), Value: t.of(key, values[key])})
	}
	return &list[0], uintptr(len(list))
}

// ParseConnInfo is what libpq's PQconninfoParse makes of it.
func ParseConnInfo(text string) (map[string]string, error) {
	library, err := load()
	if err != nil {
		return nil, err
	}
	texts := texts{}
	raw := texts.of("ConnInfo", text)
	if texts.fault != nil {
		return nil, texts.fault
	}
	if raw == nil {
		return map[string]string{}, nil
	}
	var out, failure abi.Handle
	if status := library.ConninfoParse(raw, &out, &failure); status != abi.Ok {
		return nil, takeError(library, status, failure)
	}
	defer library.ConninfoFree(out)
	return params(func(i uintptr, param *abi.Param) int32 { return library.ConninfoAt(out, i, param) }), nil
}

func params(at func(uintptr, *abi.Param) int32) map[string]string {
	found := map[string]string{}
	param := abi.NewParam()
	size := param.StructSize
	for i := uintptr(0); ; i++ {
		param.StructSize = size // which the library lowers to what it fills
		if at(i, param) != abi.Ok {
			return found
		}
		found[abi.Text(param.Key)] = abi.Text(param.Value)
	}
}
