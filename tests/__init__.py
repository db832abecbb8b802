"""Everything that proves the connector: lab, simulator, unit, integration and end-to-end tests."""
