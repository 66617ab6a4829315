"""Moving records between this till and headquarters, behind the counter's back."""
