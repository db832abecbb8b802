import { Component, onWillUnmount, xml } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const TYPING = 400; // milliseconds after the last letter

/**
 * The tabs of the mapping wizard with their counts, a search and a filter.
 *
 * What is shown is chosen by the server, as there may be thousands of rows: each choice is saved with the wizard, and
 * with it what was chosen in the rows, so nothing is lost by looking elsewhere.
 */
export class QboMappingTabs extends Component {
    static template = xml`
        <div class="o_qbo_mapping_tabs mb-2">
            <ul class="nav nav-tabs flex-nowrap overflow-x-auto overflow-y-hidden" role="tablist">
                <li t-foreach="props.record.data.tabs or []" t-as="tab" t-key="tab.key" class="nav-item text-nowrap">
                    <button type="button" role="tab" class="nav-link px-2 px-md-3" t-att-data-tab="tab.key"
                            t-att-class="{active: tab.key === props.record.data.tab}"
                            t-att-aria-selected="tab.key === props.record.data.tab"
                            t-on-click="() => this.set({ tab: tab.key })">
                        <t t-out="tab.label"/>
                        <span t-if="tab.total" class="badge rounded-pill ms-1" t-att-title="title(tab)"
                              t-att-class="tab.needed ? 'text-bg-warning' : tab.mapped === tab.total ? 'text-bg-success' : 'text-bg-light'">
                            <t t-out="tab.mapped"/>/<t t-out="tab.total"/>
                        </span>
                    </button>
                </li>
            </ul>
            <div t-if="props.record.data.tab !== 'file'" class="d-flex flex-wrap align-items-center gap-2 pt-2">
                <input type="search" class="o_qbo_search form-control w-auto flex-grow-1" t-att-placeholder="placeholder"
                       t-att-aria-label="placeholder" t-att-value="props.record.data.search_text or ''" t-on-input="onInput"
                       t-on-keydown.stop="onKeydown"/>
                <select class="o_qbo_show form-select w-auto" t-on-change="(ev) => this.set({ show: ev.target.value })">
                    <option t-foreach="options" t-as="option" t-key="option[0]" t-att-value="option[0]"
                            t-att-selected="option[0] === props.record.data.show" t-out="option[1]"/>
                </select>
            </div>
        </div>`;
    static props = { ...standardWidgetProps };

    setup() {
        this.placeholder = _t("Search by name or number");
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get options() {
        return this.props.record.fields.show.selection;
    }

    title(tab) {
        return _t("%(mapped)s of %(total)s mapped, %(needed)s still needed", tab);
    }

    onInput(ev) {
        const search_text = ev.target.value;
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.set({ search_text }), TYPING);
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            browser.clearTimeout(this.timer);
            this.set({ search_text: ev.target.value });
        }
    }

    async set(changes) {
        const { record } = this.props;
        await record.update(changes);
        await record.save();
    }
}

registry.category("view_widgets").add("qbo_mapping_tabs", { component: QboMappingTabs });
