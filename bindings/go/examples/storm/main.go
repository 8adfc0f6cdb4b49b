// go run ./examples/storm N: the tokens of N goroutines at once, a line each. PGHOST, PGPORT and PGUSER
// say for what.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"pgiam.org/pgiam"
)

func main() {
	if err := storm(); err != nil {
		fmt.Fprintln(os.Stderr, "storm:", err)
		os.Exit(1)
	}
}

func storm() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: storm N")
	}
	count, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	port, err := strconv.Atoi("0" + os.Getenv("PGPORT"))
	if err != nil {
		return err
	}
	request := pgiam.Request{Host: os.Getenv("PGHOST"), Port: port, User: os.Getenv("PGUSER")}
	type result struct {
		answer pgiam.Answer
		err    error
	}
	results := make(chan result)
	for i := 0; i < count; i++ {
		go func() {
			answer, err := pgiam.Token(context.Background(), request)
			results <- result{answer, err}
		}()
	}
	for i := 0; i < count; i++ {
		result := <-results
		if result.err != nil {
			return result.err
		}
		fmt.Println(result.answer.Token())
	}
	return nil
}
