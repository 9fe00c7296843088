"""The attention modules; `pipeline.models.attention_params.ATTENTIONS` has them by name."""
