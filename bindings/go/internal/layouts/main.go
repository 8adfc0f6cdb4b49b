// layouts prints how the structs of package abi lie in memory, for the drift check.
package main

import (
	"encoding/json"
	"os"
	"reflect"

	"pgiam.org/pgiam/internal/abi"
)

func main() {
	told := map[string]any{}
	for _, value := range []any{abi.Option{}, abi.Prompt{}, abi.Config{}, abi.Request{}, abi.Param{}, abi.Step{}, abi.Outcome{}} {
		kind := reflect.TypeOf(value)
		members := [][]any{}
		for i := 0; i < kind.NumField(); i++ {
			field := kind.Field(i)
			members = append(members, []any{field.Name, field.Offset, field.Type.Size()})
		}
		told[kind.Name()] = map[string]any{"size": kind.Size(), "members": members}
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		panic(err)
	}
}
