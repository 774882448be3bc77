"""Pictures of the schema, drawn from the models: `make schema`. `make check` says when they are out of date."""
