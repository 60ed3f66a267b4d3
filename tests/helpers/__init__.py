"""What tests are made with: servers, homes, made-up data, and the long forms behind the targets of `make`."""
