// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/github"
)

// client comes by a token: minted by the App for one repository and one phase, or, without an App, the job's own
// GITHUB_TOKEN.
func (b *bot) client(ctx context.Context, repo github.Repository, p github.Permissions) (*github.Client, error) {
	switch {
	case b.env.holdsKey() || b.env.AppIDText != "":
		app, err := b.asApp()
		if err != nil {
			return nil, err
		}
		return app.Open(ctx, repo, p)
	case b.env.Token != "":
		b.log.Warn("no GitHub App is configured: using GITHUB_TOKEN, which cannot tell its own comments and checks from those of other workflows",
			"hint", "create the App and set LAYERBOT_APP_ID and LAYERBOT_APP_PRIVATE_KEY")
		return github.WithToken(github.Options{BaseURL: b.env.APIURL, Log: b.log}, repo, b.env.Token)
	default:
		return nil, &usageError{
			message: "there is nothing to authenticate to GitHub with",
			next: "the workflow takes the secrets APP_ID and APP_PRIVATE_KEY of the environment layerbot, and `bot doctor` says what of them is missing; " +
				"GitHub gives none to runs of Dependabot: comment /plan on its pull request. Elsewhere set LAYERBOT_APP_ID and LAYERBOT_APP_PRIVATE_KEY, or LAYERBOT_APP_KMS_KEY",
		}
	}
}

// asApp returns the App, whose key is here or in AWS KMS.
func (b *bot) asApp() (*github.App, error) {
	o := github.Options{
		BaseURL: b.env.APIURL, AppID: b.env.AppID, PrivateKey: []byte(b.env.PrivateKey),
		InstallationID: b.env.InstallationID, Log: b.log, Minted: b.mask,
	}
	if b.env.KMSKey != "" {
		signer, err := b.signer()
		if err != nil {
			return nil, err
		}
		o.Sign = signer.Sign
	}
	return github.NewApp(o)
}

// signer returns who signs with the App's key where that is in AWS KMS, always the same.
func (b *bot) signer() (*aws.Signer, error) {
	if b.kms == nil {
		signer, err := aws.NewSigner(b.cloud(), b.env.KMSKey, b.env.KMSRole)
		if err != nil {
			return nil, err
		}
		b.kms = signer
	}
	return b.kms, nil
}

// seed returns where the secret comes from that fingerprint keys are derived from; nil without an App.
func (b *bot) seed() func(context.Context) ([]byte, error) {
	switch {
	case b.env.KMSKey != "":
		return b.signature
	case b.env.PrivateKey != "":
		return func(context.Context) ([]byte, error) { return []byte(b.env.PrivateKey), nil }
	default:
		return nil
	}
}

// signature is the KMS key's signature of a text that is no token of GitHub. It is the same every time, and only who may
// sign with the key can have it.
func (b *bot) signature(ctx context.Context) ([]byte, error) {
	signer, err := b.signer()
	if err != nil || b.signed != nil {
		return b.signed, err
	}
	b.signed, err = signer.Sign(ctx, []byte("layerbot fingerprint secret v1"))
	return b.signed, err
}
