// Package pgiamaws passes credentials between pgiam and AWS's SDK for Go, version 2, both ways. It knows
// the SDK by its shape alone, so that any version does and none is a dependency.
package pgiamaws

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"pgiam.org/pgiam"
)

// From makes tokens of an aws.CredentialsProvider's credentials, as aws.Config has one:
//
//	pgiam.Request{…, Credentials: pgiamaws.From[aws.Credentials](config.Credentials)}
func From[C any](provider interface {
	Retrieve(context.Context) (C, error)
}) pgiam.CredentialsProvider {
	return from[C]{provider}
}

// from is comparable: one of the same provider is the same to pgiam.
type from[C any] struct {
	provider interface {
		Retrieve(context.Context) (C, error)
	}
}

func (f from[C]) Retrieve(ctx context.Context) (pgiam.Credentials, error) {
	theirs, err := f.provider.Retrieve(ctx)
	if err != nil {
		return pgiam.Credentials{}, err
	}
	value := reflect.ValueOf(theirs)
	if value.Kind() != reflect.Struct {
		return pgiam.Credentials{}, fmt.Errorf("pgiamaws: a %T is no aws.Credentials", theirs)
	}
	read := pgiam.Credentials{}
	for name, target := range map[string]*string{"AccessKeyID": &read.AccessKeyID, "SecretAccessKey": &read.SecretAccessKey,
		"SessionToken": &read.SessionToken, "AccountID": &read.AccountID} {
		if field := value.FieldByName(name); field.IsValid() && field.Kind() == reflect.String {
			*target = field.String()
		}
	}
	if expires, ok := member(value, "Expires").(time.Time); ok && member(value, "CanExpire") != false {
		read.Expires = expires
	}
	return read, nil
}

func member(value reflect.Value, name string) any {
	if field := value.FieldByName(name); field.IsValid() {
		return field.Interface()
	}
	return nil
}

// ProviderOf is an aws.CredentialsProvider where C is aws.Credentials.
type ProviderOf[C any] struct {
	client  *pgiam.Client
	options map[string]string
}

// Provider gives AWS's SDK the credentials that pgiam finds, keeps and renews:
//
//	config.Credentials = aws.NewCredentialsCache(pgiamaws.Provider[aws.Credentials](client, nil))
//
// A nil client is the process's own; options are pgiam's.
func Provider[C any](client *pgiam.Client, options map[string]string) ProviderOf[C] {
	return ProviderOf[C]{client, options}
}

func (p ProviderOf[C]) Retrieve(ctx context.Context) (C, error) {
	var theirs C
	client, err := p.client, error(nil)
	if client == nil {
		if client, err = pgiam.Default(); err != nil {
			return theirs, err
		}
	}
	ours, err := client.Credentials(ctx, p.options)
	if err != nil {
		return theirs, err
	}
	value := reflect.ValueOf(&theirs).Elem()
	for name, member := range map[string]any{"AccessKeyID": ours.AccessKeyID, "SecretAccessKey": ours.SecretAccessKey,
		"SessionToken": ours.SessionToken, "AccountID": ours.AccountID, "Source": "pgiam", "Expires": ours.Expires,
		"CanExpire": !ours.Expires.IsZero()} {
		if field := value.FieldByName(name); field.IsValid() && field.Type() == reflect.TypeOf(member) {
			field.Set(reflect.ValueOf(member))
		}
	}
	return theirs, nil
}
