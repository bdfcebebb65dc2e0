// Package aws knows how Layerbot holds AWS credentials: short-lived, one kind
// for planning and another for applying, so that a plan cannot be handed the
// power to change anything.
//
// It never writes a credential to disk, and takes credentials, regions and endpoints only from
// what it is handed, never from the process environment or a profile: there, net/http looks for
// a proxy and the AWS SDK for the name it gives itself, and that is all.
package aws

// ReadOnly are credentials for planning. The zero value is no credentials.
type ReadOnly struct{ env map[string]string }

// Environ returns the variables that Terraform's AWS provider and backend read.
func (c ReadOnly) Environ() map[string]string { return c.env }

// ReadWrite are credentials for applying. The zero value is no credentials.
type ReadWrite struct{ env map[string]string }

// Environ returns the variables that Terraform's AWS provider and backend read.
func (c ReadWrite) Environ() map[string]string { return c.env }

// names are the variables taken from the surrounding environment, for the command line
// on a person's own machine and for workflows that configured credentials before.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
var names = []string{
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE",
	"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE",
	"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER",
	"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
}

// Ambient returns the credentials that environ holds, for planning. Whether they
// can write is beyond what can be seen here: the caller must have been given a plan role.
func Ambient(environ map[string]string) ReadOnly { return ReadOnly{env: ambient(environ)} }

// AmbientReadWrite returns the credentials that environ holds, for applying.
func AmbientReadWrite(environ map[string]string) ReadWrite { return ReadWrite{env: ambient(environ)} }

func ambient(environ map[string]string) map[string]string {
	env := map[string]string{}
	for _, name := range names {
		if v, ok := environ[name]; ok {
			env[name] = v
		}
	}
	return env
}

// Secrets returns the values that must never be printed.
func (c ReadOnly) Secrets() []string { return secrets(c.env) }

// Secrets returns the values that must never be printed.
func (c ReadWrite) Secrets() []string { return secrets(c.env) }

func secrets(env map[string]string) []string {
	var out []string
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		if v := env[name]; v != "" {
			out = append(out, v)
		}
	}
	return out
}
