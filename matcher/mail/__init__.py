"""One message and its way: headers, transport, delivery."""
