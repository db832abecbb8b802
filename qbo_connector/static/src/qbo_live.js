import { Component, onMounted, onWillUnmount, xml } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PERIOD = 5000;

/**
 * Reads a record again every few seconds while one of its fields, `busy`, says that something is on its way: of a
 * connection, what is left to be sent.
 *
 * It leaves the form alone while somebody edits it, and rests while nobody looks at the page. An error ends it: it is
 * shown once, and opening the form again starts it again.
 */
export class QboLive extends Component {
    static template = xml`<span class="d-none"/>`;
    static props = { ...standardWidgetProps, busy: { type: String, optional: true } };
    static defaultProps = { busy: "remaining_count" };

    setup() {
        onMounted(() => this.wait());
        onWillUnmount(() => {
            this.left = true; // an answer may still be on its way
            browser.clearTimeout(this.timer);
        });
    }

    wait() {
        if (this.left) {
            return;
        }
        this.timer = browser.setTimeout(async () => {
            if (await this.mayRead()) {
                await this.props.record.load();
            }
            this.wait();
        }, PERIOD);
    }

    async mayRead() {
        const { record } = this.props;
        if (!record.resId || !record.data[this.props.busy] || document.hidden) {
            return false;
        }
        return !(await record.isDirty()); // asks the field in which somebody is typing, too
    }
}

registry.category("view_widgets").add("qbo_live", {
    component: QboLive,
    extractProps: ({ attrs }) => (attrs.busy ? { busy: attrs.busy } : {}),
});
